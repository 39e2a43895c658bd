"""A puppet theatre: FastAPI and SQLModel."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Field, Session, SQLModel, col, create_engine, select, text

router = APIRouter(prefix="/puppets")
engine = create_engine("sqlite:///puppets.db")


class Puppet(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    maker: str


def get_session():
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


@router.get("/text")
def with_text(name: str, session: SessionDep):
    return session.exec(text(f"SELECT id FROM puppet WHERE name = '{name}'")).all()  # want sql-injection


@router.get("/execute")
def with_execute(maker: str, session: SessionDep):
    return session.execute(text("SELECT id FROM puppet WHERE maker = '" + maker + "'")).all()  # want sql-injection


@router.get("/where")
def with_where(condition: str, session: SessionDep):
    return session.exec(select(Puppet).where(text("maker = '%s'" % condition))).all()  # want sql-injection


@router.get("/order")
def with_order(session: SessionDep, sort: str = "name"):
    return session.exec(select(Puppet).order_by(text("{} DESC".format(sort)))).all()  # want sql-injection


@router.post("/")
def create(puppet: Puppet, session: SessionDep):
    session.execute(text(" ".join(["INSERT INTO puppet (name) VALUES ('", puppet.name, "')"])))  # want sql-injection
    session.commit()


@router.get("/safe/select")
def safe_select(name: str, maker: str, session: SessionDep):
    return session.exec(select(Puppet).where(Puppet.name == name, col(Puppet.maker).contains(maker))).all()


@router.get("/safe/text")
def safe_text(name: str, session: SessionDep):
    return session.execute(text("SELECT id FROM puppet WHERE name = :name"), {"name": name}).all()


@router.get("/safe/bindparams")
def safe_bindparams(name: str, session: SessionDep):
    return session.exec(text("SELECT id FROM puppet WHERE name = :name").bindparams(name=name)).all()


@router.get("/safe/page")
def safe_page(session: SessionDep, offset: int = 0, limit: int = 20):
    return session.exec(text(f"SELECT id FROM puppet LIMIT {limit} OFFSET {offset}")).all()


@router.get("/safe/sort")
def safe_sort(session: SessionDep, sort: str = "name"):
    if sort not in Puppet.model_fields:
        sort = "id"
    return session.exec(select(Puppet).order_by(getattr(Puppet, sort))).all()


@router.post("/safe/add")
def safe_add(puppet: Puppet, session: SessionDep):
    session.add(puppet)
    session.commit()
    session.refresh(puppet)
    return puppet
