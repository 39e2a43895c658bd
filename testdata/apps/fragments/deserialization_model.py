import json
from pydantic import BaseModel
data = MyModel.model_validate_json(user_input)
