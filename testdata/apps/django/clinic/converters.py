class WardConverter:
    regex = "[a-d][0-9]{1,2}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value
