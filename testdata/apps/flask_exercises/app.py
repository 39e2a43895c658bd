"""A site for exercises in one file, with a fault in nearly every view."""
from flask import *
import sqlite3, os, subprocess, pickle, base64, hashlib, random, string
import yaml, requests, jwt
from lxml import etree
import xml.etree.ElementTree as ET
from xml.dom import minidom
from urllib.request import urlopen
from jinja2 import Environment, Template
import logging, traceback, zipfile, tarfile
from functools import wraps

app = Flask(__name__)
app.config['SECRET_KEY'] = 'supersecret123'  # want hardcoded-secret-key
app.config['UPLOAD_FOLDER'] = './uploads'
app.config['SESSION_COOKIE_HTTPONLY'] = False  # want session-cookie-settings
JWT_SECRET = 'jwt-s3cret-key!'
DB = 'users.db'
log = logging.getLogger('target')


def db():
    c = sqlite3.connect(DB)
    c.row_factory = sqlite3.Row
    return c


def query(sql, args=(), one=False):
    con = db()
    cur = con.execute(sql, args)
    rv = cur.fetchall()
    con.commit()
    con.close()
    return (rv[0] if rv else None) if one else rv


@app.before_first_request
def init():
    con = db()
    con.executescript(open('schema.sql').read())
    con.execute("INSERT INTO users(username,password,role) VALUES ('admin', 'admin123', 'admin')")
    con.commit()


@app.route('/')
def index():
    name = request.args.get('name', 'guest')
    return render_template_string('<h1>Hello %s</h1>' % name)  # want template-injection


@app.route('/login', methods=['GET', 'POST'])
def login():  # want login-brute-force
    msg = ''
    if request.method == 'POST':
        u = request.form['username']
        p = request.form['password']
        h = hashlib.md5(p.encode()).hexdigest()  # want fast-password-hash
        user = query("SELECT * FROM users WHERE username = '" + u + "' AND password = '" + h + "'", one=True)  # want sql-injection
        log.info('login %s with password %s' % (u, p))  # want sensitive-data-logged
        if user:
            session['user'] = user['username']
            session['role'] = user['role']
            resp = make_response(redirect(request.args.get('next') or '/'))  # want open-redirect
            resp.set_cookie('user', u)  # want cookie-not-httponly, cookie-not-secure, cookie-samesite-weak
            resp.set_cookie('role', user['role'])  # want cookie-not-httponly, cookie-not-secure, cookie-samesite-weak
            return resp
        msg = f'No such user: {u}'
    return f'''<form method=post>{msg}<input name=username><input name=password type=password><input type=submit></form>'''  # want reflected-xss


@app.route('/search')
def search():
    q = request.args['q']
    rows = query(f"SELECT title, body FROM posts WHERE title LIKE '%{q}%'")  # want sql-injection
    html = '<h2>Results for ' + q + '</h2><ul>'
    for r in rows:
        html += '<li>' + r['title'] + '</li>'
    html += '</ul>'
    return html  # want reflected-xss


@app.route('/ping', methods=['POST'])
def ping():
    host = request.form.get('host')
    cmd = 'ping -c 1 {}'.format(host)
    out = subprocess.check_output(cmd, shell=True, stderr=subprocess.STDOUT)  # want command-injection
    return '<pre>' + out.decode() + '</pre>'


@app.route('/dns')
def dns():
    domain = request.args.get('d')
    os.system('nslookup ' + domain + ' > /tmp/dns.txt')  # want command-injection
    return open('/tmp/dns.txt').read()


@app.route('/traceroute/<host>')
def trace(host):
    p = subprocess.Popen(['sh', '-c', 'traceroute ' + host], stdout=subprocess.PIPE)  # want command-injection
    return Response(p.communicate()[0], mimetype='text/plain')


@app.route('/upload', methods=['GET', 'POST'])
def upload():
    if request.method == 'POST':
        f = request.files['file']
        path = os.path.join(app.config['UPLOAD_FOLDER'], f.filename)
        f.save(path)  # want upload-filename-trusted
        os.chmod(path, 0o777)  # want permissive-file-mode
        if f.filename.endswith('.zip'):
            z = zipfile.ZipFile(path)
            for n in z.namelist():
                out = open(os.path.join('unzipped', n), 'wb')  # want archive-extraction
                out.write(z.read(n))
        elif f.filename.endswith('.tar.gz'):
            tarfile.open(path).extractall('unzipped')  # want archive-extraction
        return 'saved'
    return '<form method=post enctype=multipart/form-data><input type=file name=file><input type=submit></form>'


@app.route('/download')
def download():
    fn = request.args.get('file')
    with open('./files/' + fn, 'rb') as fh:  # want path-traversal
        data = fh.read()
    r = make_response(data)
    r.headers['Content-Disposition'] = 'attachment; filename=' + fn
    return r


@app.route('/view')
def view():
    return send_file(os.path.join('pages', request.args['page'] + '.html'))  # want path-traversal


@app.route('/fetch')
def fetch():
    url = request.args.get('url')
    if url.startswith('file'):
        return urlopen(url).read()  # want request-without-timeout, ssrf
    r = requests.get(url, verify=False)  # want request-without-timeout, ssrf, tls-verification-disabled
    return r.text


@app.route('/import/xml', methods=['POST'])
def import_xml():
    parser = etree.XMLParser(resolve_entities=True, no_network=False)  # want xxe
    doc = etree.fromstring(request.data, parser)
    return jsonify([e.text for e in doc])


@app.route('/import/yaml', methods=['POST'])
def import_yaml():
    d = yaml.load(request.data, Loader=yaml.UnsafeLoader)  # want unsafe-deserialization
    return jsonify(d)


@app.route('/import/pickle', methods=['POST'])
def import_pickle():
    raw = base64.b64decode(request.form['data'])
    o = pickle.loads(raw)  # want unsafe-deserialization
    return str(o)  # want reflected-xss


@app.route('/token', methods=['POST'])
def token():
    t = jwt.encode({'user': request.json['user'], 'admin': False}, JWT_SECRET, algorithm='HS256')  # want jwt-hardcoded-key, jwt-no-expiry
    return jsonify(token=t)


@app.route('/whoami')
def whoami():
    t = request.headers.get('Authorization', '').replace('Bearer ', '')
    data = jwt.decode(t, options={'verify_signature': False})  # want jwt-not-verified
    return jsonify(data)


@app.route('/forgot', methods=['POST'])
def forgot():
    email = request.form['email']
    tok = ''.join(random.choice(string.ascii_letters) for _ in range(20))  # want weak-random
    query('UPDATE users SET reset_token = ? WHERE email = ?', (tok, email))
    return jsonify({'reset_token': tok})  # want weak-password-reset


@app.route('/reset', methods=['POST'])
def reset_password():  # want weak-password-reset
    query("UPDATE users SET password = ? WHERE username = ?", (request.form['password'], request.form['username']))  # want plaintext-password-stored
    return 'ok'


@app.route('/comment', methods=['GET', 'POST'])
def comment():
    if request.method == 'POST':
        query("INSERT INTO comments(body) VALUES (?)", (request.form['body'],))
    out = ''
    for c in query('SELECT body FROM comments'):
        out += f"<p>{c['body']}</p>"
    return out  # want html-built-from-variables


@app.route('/post/<int:id>/delete')
def delete_post(id):  # want state-change-on-get
    query('DELETE FROM posts WHERE id = ?', (id,))
    return redirect('/')


def admin_only(f):
    @wraps(f)
    def inner(*a, **k):
        if request.cookies.get('role') != 'admin':  # want client-controlled-privilege
            return 'forbidden', 403
        return f(*a, **k)
    return inner


@app.route('/admin')
@admin_only
def admin():
    return str([dict(r) for r in query('SELECT * FROM users')])


@app.route('/internal')
def internal():
    ip = request.headers.get('X-Forwarded-For', request.remote_addr)
    if ip != '127.0.0.1':  # want client-ip-trust
        abort(403)
    return 'secret stuff'


@app.route('/eval')
def calc():
    try:
        return str(eval(request.args.get('expr')))  # want code-injection, reflected-xss
    except Exception as e:
        return traceback.format_exc(), 500  # want error-detail-exposed


@app.route('/debug')
def debug():
    return jsonify(dict(os.environ))


@app.route('/template')
def template():
    t = Template(request.args.get('t', ''))  # want template-injection
    return t.render(user=session.get('user'))


@app.route('/go')
def go():
    return redirect(request.args['to'])  # want open-redirect


@app.after_request
def cors(r):
    r.headers['Access-Control-Allow-Origin'] = request.headers.get('Origin', '*')  # want cors-origin-reflection
    r.headers['Access-Control-Allow-Credentials'] = 'true'
    r.headers['X-Powered-By'] = 'Flask'
    return r


@app.errorhandler(500)
def err(e):
    return '<h1>Error</h1><pre>' + str(e) + '</pre>', 500  # want html-built-from-variables


if __name__ == '__main__':
    app.run(host='0.0.0.0', port=5000, debug=True)  # want bind-all-interfaces, debug-enabled
