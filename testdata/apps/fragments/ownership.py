def get_user_resource(resource_id: int, user_id: int):
    resource = db.query(Resource).filter_by(
        id=resource_id,
        owner_id=user_id  # Ownership check
    ).first()
    if not resource:
        raise NotFoundError()
    return resource
