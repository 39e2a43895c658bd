"""The database of the theatre."""
from sqlalchemy import Column, Date, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, scoped_session, sessionmaker

engine = create_engine("postgresql+psycopg://theatre@/theatre")
DBSession = scoped_session(sessionmaker(bind=engine))
Base = declarative_base()


class Play(Base):
    __tablename__ = "plays"

    id = Column(Integer, primary_key=True)
    title = Column(String, nullable=False)
    premiere = Column(Date)


def play_titled(title):  # at titled_param
    return DBSession.execute(f"SELECT id FROM plays WHERE title = '{title}'").first()  # want sql-injection via titled_title titled_call
