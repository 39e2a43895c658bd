from sqlalchemy import text
result = db.execute(text("SELECT * FROM users WHERE name = :name"), {"name": user_input})
