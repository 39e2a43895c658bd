import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.eclipse.lsp4j.*;
import org.eclipse.lsp4j.jsonrpc.Launcher;
import org.eclipse.lsp4j.jsonrpc.MessageConsumer;
import org.eclipse.lsp4j.jsonrpc.json.MessageJsonHandler;
import org.eclipse.lsp4j.jsonrpc.messages.Either;
import org.eclipse.lsp4j.jsonrpc.messages.RequestMessage;
import org.eclipse.lsp4j.jsonrpc.services.ServiceEndpoints;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;

/**
 * Talks to the server as LSP4IJ does, by the library that it is built on: the capabilities that it announces, ids that are
 * strings, its two requests for code actions, diagnostics half a second after a document is opened, and the library's
 * validation of every message in both directions.
 *
 * <p>java -cp 'LIBRARIES/*' Lsp4ij.java PAVISE PARAMS FOLDER WANT REPORT SETTINGS, where PARAMS holds the parameters of initialize.
 * REPORT takes a line for each step.
 */
public final class Lsp4ij implements LanguageClient {
    private static final long WAIT = 20_000; // milliseconds, for a machine that is busy with other things
    private static final long DEBOUNCE = 500;

    private final Map<String, PublishDiagnosticsParams> published = new ConcurrentHashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final JsonObject settings;

    private LanguageServer server;
    private ServerCapabilities offered;
    private String text;
    private int version = 1;

    private final Path file;
    private final Path want;
    private final Path report;
    private final String uri;
    private String step = "start";
    private long began = System.nanoTime();

    private Lsp4ij(Path root, Path want, Path report, JsonObject settings) {
        this.file = root.resolve("src/app.py");
        this.want = want;
        this.report = report;
        this.uri = file.toUri().toString();
        this.settings = settings;
    }

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[2]).toRealPath();
        String settings = Files.readString(Path.of(args[5]));
        var client = new Lsp4ij(root, Path.of(args[3]), Path.of(args[4]), JsonParser.parseString(settings).getAsJsonObject());
        String params = Files.readString(Path.of(args[1]))
                .replace("${ROOTPATH}", root.toString())
                .replace("${ROOT}", root.toUri().toString().replaceAll("/$", ""));
        int code = 0;
        try {
            client.story(args[0], params);
        } catch (Throwable t) {
            t.printStackTrace();
            client.say("FAIL", String.valueOf(t.getMessage()).replaceAll("\\s+", " "));
            code = 1;
        }
        System.exit(code);
    }

    private void story(String pavise, String params) throws Exception {
        begin("initialize with LSP4IJ's capabilities");
        Process process = new ProcessBuilder(pavise, "serve").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        ExecutorService threads = Executors.newCachedThreadPool(r -> {
            Thread thread = new Thread(r);
            thread.setDaemon(true);
            return thread;
        });
        var launcher = new Launcher.Builder<LanguageServer>()
                .setLocalService(this)
                .setRemoteInterface(LanguageServer.class)
                .setInput(process.getInputStream())
                .setOutput(process.getOutputStream())
                .setExecutorService(threads)
                .validateMessages(true)
                .wrapMessages(this::note)
                .create();
        server = launcher.getRemoteProxy();
        launcher.startListening();
        var gson = new MessageJsonHandler(ServiceEndpoints.getSupportedMethods(LanguageServer.class)).getGson();
        InitializeParams initialize = gson.fromJson(params, (Type) InitializeParams.class);
        initialize.setProcessId((int) ProcessHandle.current().pid());
        InitializeResult result = get(server.initialize(initialize));
        offered = result.getCapabilities();
        same("pavise", result.getServerInfo().getName());
        same("utf-16", offered.getPositionEncoding());
        check(offered.getCodeActionProvider().getRight().getResolveProvider(), "no edits on demand");
        server.initialized(new InitializedParams());
        server.getWorkspaceService().didChangeConfiguration(new DidChangeConfigurationParams(settings));
        done(result.getServerInfo().getVersion());

        begin("open the file, see the findings");
        text = Files.readString(file);
        server.getTextDocumentService()
                .didOpen(new DidOpenTextDocumentParams(new TextDocumentItem(uri, "python", version, text)));
        Thread.sleep(DEBOUNCE);
        List<Diagnostic> found = diagnostics(4);
        Diagnostic sql = named(found, "sql-injection");
        same("pavise", sql.getSource());
        check(!sql.getRelatedInformation().isEmpty(), "no related information");
        check(sql.getCodeDescription() != null, "no page of the rule");
        same(18, sql.getRange().getStart().getLine());
        int column = text.split("\n")[18].indexOf("database().execute");
        same(column, sql.getRange().getStart().getCharacter()); // Java counts UTF-16 too
        done(found.size() + " findings");

        begin("hover shows the way from source to sink");
        var at = named(found, "sql-injection").getRange().getStart();
        var hover = get(server.getTextDocumentService().hover(new HoverParams(new TextDocumentIdentifier(uri), at)));
        same("markdown", hover.getContents().getRight().getKind());
        check(hover.getContents().getRight().getValue().contains("`request.args` comes from the client"), "the way is missing");
        done("");

        begin("quick fixes, asked for as a mark is drawn");
        var context = new CodeActionContext(List.of(sql), List.of(CodeActionKind.QuickFix));
        context.setTriggerKind(CodeActionTriggerKind.Automatic);
        List<Either<Command, CodeAction>> fixes = actions(sql.getRange(), context);
        fixes.removeIf(a -> a.isRight() && a.getRight().getKind() != null && !a.getRight().getKind().isEmpty()
                && !a.getRight().getKind().startsWith(CodeActionKind.QuickFix));
        check(!fixes.isEmpty() && fixes.size() <= 20, fixes.size() + " quick fixes");
        CodeAction fix = titled(fixes, "bound parameter");
        done(fixes.size() + " actions");

        begin("intentions, asked for at the caret");
        Position caret = sql.getRange().getStart();
        context = new CodeActionContext(List.of());
        context.setTriggerKind(CodeActionTriggerKind.Automatic);
        List<Either<Command, CodeAction>> intentions = actions(new Range(caret, caret), context);
        titled(intentions, "bound parameter");
        done(intentions.size() + " actions");

        begin("fix the query by its code action, save");
        apply(fix);
        same(Files.readString(want.resolve("fixed.py")), text);
        save();
        found = diagnostics(3);
        check(found.stream().noneMatch(d -> code(d).equals("sql-injection")), "the finding stays");
        done("");

        begin("all safe fixes by one action");
        context = new CodeActionContext(List.of(), List.of("source.fixAll"));
        fixes = actions(new Range(new Position(0, 0), new Position(0, 0)), context);
        same(1, fixes.size());
        apply(fixes.get(0).getRight());
        same(Files.readString(want.resolve("all.py")), text);
        diagnostics(1);
        done("");

        begin("close the file");
        save();
        server.getTextDocumentService().didClose(new DidCloseTextDocumentParams(new TextDocumentIdentifier(uri)));
        done("");

        begin("stop the server");
        get(server.shutdown());
        server.exit();
        check(process.waitFor(WAIT, TimeUnit.MILLISECONDS), "the server does not end");
        same(0, process.exitValue());
        check(!ids.isEmpty() && ids.stream().allMatch(id -> id.startsWith("\"")), "ids that are no strings: " + ids);
        check(complaints.isEmpty(), "the server complained: " + complaints);
        done(ids.size() + " requests with ids that are strings");
    }

    /** Notes the ids under which requests are sent, as they are written. */
    private MessageConsumer note(MessageConsumer next) {
        return message -> {
            if (message instanceof RequestMessage request && !request.getMethod().startsWith("client/")
                    && !request.getMethod().startsWith("workspace/") && !request.getMethod().startsWith("window/")) {
                JsonElement id = JsonParser.parseString(message.toString()).getAsJsonObject().get("id");
                synchronized (ids) {
                    ids.add(String.valueOf(id));
                }
            }
            next.consume(message);
        };
    }

    /** What is found now: pulled if that is offered, else what was pushed for the version of the document. */
    private List<Diagnostic> diagnostics(int n) throws Exception {
        if (offered.getDiagnosticProvider() != null) {
            var report = get(server.getTextDocumentService()
                    .diagnostic(new DocumentDiagnosticParams(new TextDocumentIdentifier(uri))));
            List<Diagnostic> items = report.getLeft().getItems();
            same(n, items.size());
            return items;
        }
        await(n + " findings in version " + version, () -> {
            PublishDiagnosticsParams p = published.get(uri);
            return p != null && (p.getVersion() == null || p.getVersion() == version) && p.getDiagnostics().size() == n;
        });
        return published.get(uri).getDiagnostics();
    }

    private List<Either<Command, CodeAction>> actions(Range range, CodeActionContext context) throws Exception {
        var params = new CodeActionParams(new TextDocumentIdentifier(uri), range, context);
        return new ArrayList<>(get(server.getTextDocumentService().codeAction(params)));
    }

    private void apply(CodeAction action) throws Exception {
        if (action.getEdit() == null) {
            action = get(server.getTextDocumentService().resolveCodeAction(action));
        }
        List<TextEdit> edits = new ArrayList<>();
        if (action.getEdit().getDocumentChanges() != null) {
            for (var change : action.getEdit().getDocumentChanges()) {
                TextDocumentEdit edit = change.getLeft();
                same(version, edit.getTextDocument().getVersion());
                for (var e : edit.getEdits()) {
                    edits.add(e.getLeft());
                }
            }
        } else {
            edits.addAll(action.getEdit().getChanges().get(uri));
        }
        // From the last to the first, so that places stay true.
        edits.sort(Comparator.comparingInt((TextEdit e) -> offset(e.getRange().getStart())).reversed());
        List<TextDocumentContentChangeEvent> changes = new ArrayList<>();
        for (TextEdit e : edits) {
            changes.add(new TextDocumentContentChangeEvent(e.getRange(), e.getNewText()));
            text = text.substring(0, offset(e.getRange().getStart())) + e.getNewText()
                    + text.substring(offset(e.getRange().getEnd()));
        }
        version++;
        server.getTextDocumentService()
                .didChange(new DidChangeTextDocumentParams(new VersionedTextDocumentIdentifier(uri, version), changes));
        Thread.sleep(DEBOUNCE);
    }

    private void save() throws IOException {
        Files.writeString(file, text);
        server.getTextDocumentService().didSave(new DidSaveTextDocumentParams(new TextDocumentIdentifier(uri), text));
    }

    private int offset(Position position) {
        int at = 0;
        for (int line = 0; line < position.getLine(); line++) {
            at = text.indexOf('\n', at) + 1;
        }
        return at + position.getCharacter();
    }

    private static String code(Diagnostic d) {
        return d.getCode().getLeft();
    }

    private static Diagnostic named(List<Diagnostic> list, String code) {
        return list.stream().filter(d -> code(d).startsWith(code)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + code + " among " + list));
    }

    private static CodeAction titled(List<Either<Command, CodeAction>> list, String words) {
        return list.stream().filter(Either::isRight).map(Either::getRight).filter(a -> a.getTitle().contains(words))
                .findFirst().orElseThrow(() -> new AssertionError("no action \"" + words + "\" among " + list));
    }

    @Override
    public void publishDiagnostics(PublishDiagnosticsParams params) {
        published.put(params.getUri(), params);
    }

    @Override
    public CompletableFuture<Void> refreshDiagnostics() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<List<Object>> configuration(ConfigurationParams params) {
        List<Object> answers = new ArrayList<>();
        for (ConfigurationItem item : params.getItems()) {
            answers.add(settings.get(item.getSection()));
        }
        return CompletableFuture.completedFuture(answers);
    }

    @Override
    public CompletableFuture<Void> registerCapability(RegistrationParams params) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> createProgress(WorkDoneProgressCreateParams params) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void notifyProgress(ProgressParams params) {
    }

    @Override
    public void telemetryEvent(Object object) {
        complaints.add("telemetry: " + object);
    }

    @Override
    public void showMessage(MessageParams params) {
        complaints.add(params.getMessage());
    }

    @Override
    public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams params) {
        complaints.add(params.getMessage());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void logMessage(MessageParams params) {
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(WAIT, TimeUnit.MILLISECONDS);
    }

    private static void await(String what, Supplier<Boolean> condition) throws InterruptedException {
        for (long end = System.currentTimeMillis() + WAIT; !condition.get(); Thread.sleep(5)) {
            check(System.currentTimeMillis() < end, "not in time: " + what);
        }
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static void same(Object want, Object got) {
        check(want.equals(got), "want " + want + ", got " + got);
    }

    private void begin(String name) {
        step = name;
        began = System.nanoTime();
    }

    private void done(String remark) {
        say("ok", remark);
    }

    private void say(String status, String remark) {
        long took = (System.nanoTime() - began) / 1_000_000;
        String line = String.join("\t", status, step, Long.toString(took), remark) + "\n";
        try {
            Files.writeString(report, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
