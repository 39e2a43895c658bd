from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import generate_password_hash

db = SQLAlchemy()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    password_hash = db.Column(db.String)

    @property
    def password(self):
        raise AttributeError("write only")

    @password.setter
    def password(self, password):
        self.password_hash = generate_password_hash(password)

    @staticmethod
    def reset(uid, new_password):
        user = User.query.get(uid)
        user.password = new_password
        db.session.add(user)
