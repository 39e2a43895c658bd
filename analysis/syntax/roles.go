package syntax

// What a node kind is to the outline; the twins are the PV_ roles in runtime.h.
const (
	roleOther uint8 = iota
	roleStatement
	roleFunction
	roleClass
	roleDecorated
	roleComment
	roleBlock
	roleColon
)

// roles gives each kind its role. A child of an ERROR node without a role is a
// leftover: a piece of something unfinished.
var roles = [len(kindNames)]uint8{
	kindColon:                 roleColon,
	KindImportStatement:       roleStatement,
	KindImportFromStatement:   roleStatement,
	KindFutureImportStatement: roleStatement,
	KindPrintStatement:        roleStatement,
	KindAssertStatement:       roleStatement,
	KindExpressionStatement:   roleStatement,
	KindReturnStatement:       roleStatement,
	KindDeleteStatement:       roleStatement,
	KindRaiseStatement:        roleStatement,
	KindPassStatement:         roleStatement,
	KindBreakStatement:        roleStatement,
	KindContinueStatement:     roleStatement,
	KindGlobalStatement:       roleStatement,
	KindNonlocalStatement:     roleStatement,
	KindExecStatement:         roleStatement,
	KindTypeAliasStatement:    roleStatement,
	KindIfStatement:           roleStatement,
	KindForStatement:          roleStatement,
	KindWhileStatement:        roleStatement,
	KindTryStatement:          roleStatement,
	KindWithStatement:         roleStatement,
	KindMatchStatement:        roleStatement,
	KindFunctionDefinition:    roleFunction,
	KindClassDefinition:       roleClass,
	KindDecoratedDefinition:   roleDecorated,
	KindBlock:                 roleBlock,
	KindComment:               roleComment,
}
