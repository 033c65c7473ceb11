# The calls of the documented Python sample, with the standard library: v1 token, query, CSV of the rows.
import csv, io, json, os, urllib.parse, urllib.request

tenant, app, secret = os.environ['TENANT'], os.environ['CLIENT_ID'], os.environ['CLIENT_SECRET']
base = os.environ['BASE']

url = '%s/%s/oauth2/token' % (base, tenant)
body = {'resource': 'https://api.securitycenter.microsoft.com', 'client_id': app,
        'client_secret': secret, 'grant_type': 'client_credentials'}
request = urllib.request.Request(url, urllib.parse.urlencode(body).encode('utf-8'))
token = json.loads(urllib.request.urlopen(request).read())['access_token']

url = base + '/api/advancedqueries/run'
headers = {'Content-Type': 'application/json', 'Accept': 'application/json',
           'Authorization': 'Bearer ' + token}
data = json.dumps({'Query': os.environ['QUERY']}).encode('utf-8')
response = json.loads(urllib.request.urlopen(urllib.request.Request(url, data, headers)).read())
results = response['Results']
out = io.StringIO()
writer = csv.writer(out)
writer.writerow(results[0].keys())
for result in results:
    writer.writerow(result.values())
print(json.dumps({'schema': response['Schema'], 'results': results, 'csv': out.getvalue()}))
