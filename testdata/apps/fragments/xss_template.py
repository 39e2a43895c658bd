return render_template("hello.html", name=user_input)
