// Package xss holds the rules about cross-site scripting.
package xss

import "pavise/analysis"

// Rules are the rules of this class.
var Rules = []*analysis.Rule{
	ReflectedXSS, HTMLBuiltFromVariables, HTMLEmailInjection, UnsafeMarkup, JSONServedAsHTML, HomemadeHTMLFilter, UnescapeBeforeOutput,
	TemplateSafeFilter, TemplateAutoescapeOffBlock, TemplateUnquotedAttribute, TemplateScriptOrURLContext, AutoescapeDisabled,
	MakoUnescaped, TemplateNotHTMLEscapedExtension, ExternalScriptWithoutIntegrity,
}
