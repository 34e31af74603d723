using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using LlmKube.Cli.Commands.Catalog;
using LlmKube.Cli.Console;
using LlmKube.Models.Backends;
using LlmKube.Models.Signatures;
using LlmKube.Models.Store;
using LlmKube.Models.Transfer;

namespace LlmKube.Cli.Commands.Cache;

/// <summary><c>llmkube fetch SOURCE</c>: brings a model into a store, for people, init containers and Jobs.</summary>
internal static class FetchCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var source = new Argument<string?>("source") { Description = "Any form of spec.source (default: LLMKUBE_SOURCE)", Arity = ArgumentArity.ZeroOrOne };
        var key = new Option<string?>("--key") { Description = "Folder of the store, where it is not that of the source (16 hex digits)", HelpName = "key" };
        var sha256 = new Option<string?>("--sha256") { Description = "Digest that one of the files must have", HelpName = "hex" };
        var refresh = new Option<bool>("--refresh") { Description = "Ask the source whether it changed; where it cannot be asked, what is stored stays" };
        var json = new Option<bool>("--json") { Description = "Print progress and outcome as JSON lines" };
        var verification = new VerifyOptions();
        var store = new StoreOptions();
        var command = new Command(
            "fetch",
            "Bring a model into a store: once, verified, in parallel, and from where it was cut off\n\nPrints the folder of the model. Exit codes: 0 stored, 7 try again later, 3 not found, 6 a person must act.\n\nExamples:\n  llmkube fetch hf://org/model/model.gguf\n  llmkube fetch s3://models/llama.gguf --store /models --json")
        { source, key, sha256, refresh, json };
        command.Options.Add(store.Store);
        store.AddFetchingTo(command);
        verification.AddTo(command);
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var text = parsed.GetValue(source) ?? context.Environment("LLMKUBE_SOURCE") ?? throw new CommandFailure("Nothing says what to fetch.", "Name a source, or set LLMKUBE_SOURCE.", ExitCodes.Usage);
            // A pod that fetches asks no API server: only the file of this user can say what an id means.
            var found = Fetching.Parse(Catalogs.Load(context).Find(text)?.Source ?? text, context);
            var signature = verification.Read(parsed, context);
            var connect = store.Connect(parsed, context);
            var request = new FetchRequest(found.Source, found.Text)
            {
                CacheKey = KeyOf(parsed.GetValue(key)) ?? found.CacheKey,
                Connect = signature is null ? connect : SignaturePolicy.With(connect),
                Signature = signature,
                Sha256 = parsed.GetValue(sha256),
                Refresh = parsed.GetValue(refresh),
            };
            var models = store.Open(parsed, context);
            var fetcher = store.Fetcher(parsed, context, models);
            if (parsed.GetValue(json))
            {
                return await PrintLinesAsync(fetcher, request, models, context.Terminal, cancellationToken);
            }

            var stored = await Fetching.RunAsync(fetcher, request, context.Terminal, cancellationToken);
            context.Terminal.Out.WriteLine(models.Layout.ModelFolder(stored.Model.Key));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string? KeyOf(string? text) => text is null || ModelStoreLayout.IsKey(text)
        ? text
        : throw new CommandFailure($"'{text}' is no key of a store.", "A key is 16 lower-case hex digits, as llmkube cache list shows them.", ExitCodes.Usage);

    private static async Task<int> PrintLinesAsync(ModelFetcher fetcher, FetchRequest request, ModelStore models, Terminal terminal, CancellationToken cancellationToken)
    {
        var result = await fetcher.FetchAsync(request with { Waiting = () => Print(terminal, new JsonObject { ["event"] = "waiting", ["source"] = request.Shown }) }, new Lines(terminal), cancellationToken);
        switch (result)
        {
            case FetchResult.Stored stored:
                Print(terminal, new JsonObject
                {
                    ["event"] = "stored",
                    ["source"] = request.Shown,
                    ["key"] = stored.Model.Key,
                    ["path"] = models.Layout.ModelFolder(stored.Model.Key),
                    ["revision"] = stored.Model.Revision,
                    ["bytes"] = stored.Model.SizeBytes,
                    ["bytesMoved"] = stored.BytesMoved,
                    ["notRefreshed"] = stored.NotRefreshed?.Message,
                    ["unsigned"] = stored.Unsigned?.Message,
                });
                return ExitCodes.Ok;
            case FetchResult.Failed { Failure: var failure }:
                Print(terminal, Describe(failure));
                return Fetching.ExitCodeOf(failure);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static JsonObject Describe(ModelFailure failure) => new()
    {
        ["event"] = "failed",
        ["reason"] = failure.Kind.ToString(),
        ["message"] = failure.Message,
        ["retry"] = failure.Heals,
        ["retryAfterSeconds"] = failure.RetryAfter?.TotalSeconds,
    };

    private static void Print(Terminal terminal, JsonObject line) => terminal.Out.WriteLine(line.ToJsonString(s_line));

    private static readonly JsonSerializerOptions s_line = new() { TypeInfoResolver = Kubernetes.Objects.KubernetesJson.Default, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Progress as JSON lines.</summary>
    private sealed class Lines(Terminal terminal) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => Print(terminal, new JsonObject
        {
            ["event"] = "progress",
            ["bytesDone"] = value.BytesDone,
            ["bytesTotal"] = value.BytesTotal,
            ["bytesPerSecond"] = (long)value.BytesPerSecond,
            ["secondsLeft"] = value.TimeLeft is { } left ? (long)left.TotalSeconds : null,
            ["filesDone"] = value.FilesDone,
            ["filesTotal"] = value.FilesTotal,
        });
    }
}
