return redirect(request.args.get('next'))  # want open-redirect
