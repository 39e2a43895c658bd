user = User.query.filter_by(name=user_input).first()
