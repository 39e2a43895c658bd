package secrets

import (
	_ "embed"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/secrets"
	"pavise/analysis/syntax"
)

//go:embed cloud_credentials_in_client.md
var cloudCredentialsInClientPage string

// CloudCredentialsInClient: long-lived cloud keys passed in code.
var CloudCredentialsInClient = &analysis.Rule{
	ID:         "cloud-credentials-in-client",
	Class:      "secrets",
	Title:      "Long-lived cloud keys passed in code",
	CWE:        []int{798},
	OWASP2021:  "A07:2021 Identification and Authentication Failures",
	OWASP2025:  "A07:2025 Authentication Failures",
	Severity:   analysis.Critical,
	Confidence: analysis.Certain,
	Aliases:    analysis.Aliases{Semgrep: []string{"hardcoded-token", "aws-provider-static-credentials"}},
	Page:       cloudCredentialsInClientPage,
	Checks:     []analysis.Check{analysis.Calls{Names: cloudClients(), Run: judgeCloud}},
}

// cloudSecrets are the arguments of clients that take a long-lived secret.
var cloudSecrets = map[string][]string{
	"boto3.client": {"aws_secret_access_key", "7"}, "boto3.resource": {"aws_secret_access_key", "7"}, "boto3.Session": {"aws_secret_access_key", "1"}, "boto3.session.Session": {"aws_secret_access_key", "1"},
	"boto3.session.Session.client": {"aws_secret_access_key"}, "boto3.session.Session.resource": {"aws_secret_access_key"}, "boto3.Session.client": {"aws_secret_access_key"}, "boto3.Session.resource": {"aws_secret_access_key"},
	"aioboto3.Session": {"aws_secret_access_key"}, "aiobotocore.session.AioSession.create_client": {"aws_secret_access_key"}, "botocore.session.Session.create_client": {"aws_secret_access_key"},
	"azure.identity.ClientSecretCredential": {"client_secret", "2"}, "azure.identity.aio.ClientSecretCredential": {"client_secret", "2"}, "azure.identity.UsernamePasswordCredential": {"password", "2"},
	"azure.core.credentials.AzureKeyCredential":                           {"key", "0"},
	"google.oauth2.service_account.Credentials.from_service_account_info": {"info", "0"},
	"oss2.Auth": {"1"}, "minio.Minio": {"secret_key", "2"}, "ibm_boto3.client": {"ibm_api_key_id"},
}

func cloudClients() []string {
	var out []string
	for name := range cloudSecrets {
		out = append(out, name)
	}
	return out
}

func judgeCloud(p *analysis.Pass, e *flow.Event) {
	role := secrets.RoleOf(p.Path)
	if role == secrets.Test || role >= secrets.Doc {
		return
	}
	for _, arg := range cloudSecrets[e.Name] {
		a := flow.FindArg(e.Args, arg)
		if a == nil {
			continue
		}
		v := a.Value
		if k := v.Key("private_key"); k != nil {
			v = k
		}
		text, ok := v.Text()
		switch {
		case ok && len(text) >= 8 && !secrets.IsHole(text) && secrets.Judge(text, false) >= secrets.Weak:
			d := p.Report(e, analysis.Certain, "A long-lived key of the cloud is written in the code: everyone who reads the repository acts in the account. Delete it there, and let the client find credentials by itself.")
			if a.Node.Unit() == e.Node.Unit() {
				d.Node = a.Node
				d.Hide(a.Node)
			}
		case !ok && fromEnvironment(v) && a.Node.Kind() != syntax.KindNone:
			d := p.Report(e, analysis.Unsure, "A long-lived key is passed to the client. The default chain of credentials finds short-lived ones by itself, and the same variables of the environment too.")
			d.Severity, d.Node = analysis.Info, a.Node
		}
		return
	}
}

// fromEnvironment reports whether a value was read from the environment.
func fromEnvironment(v *flow.Value) bool {
	for _, o := range v.Origins {
		if o.Tier == models.Operator {
			return true
		}
	}
	return false
}
