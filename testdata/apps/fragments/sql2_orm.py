User.query.filter_by(id=user_id).first()
