using System.CommandLine;
using System.Text.Json.Nodes;
using LlmKube.Cli.Console;
using LlmKube.Kubernetes.Yaml;
using LlmKube.Operator.KubeAi;

namespace LlmKube.Cli.Commands.Import;

/// <summary><c>llmkube import kubeai</c>: manifests of a neighbouring system as our own.</summary>
internal static class ImportCommand
{
    public static Command Build(CommandContext context, CommonOptions common) => new("import", "Translate manifests of other systems") { BuildKubeAi(context, common) };

    private static Command BuildKubeAi(CommandContext context, CommonOptions common)
    {
        var file = new Option<string>("--filename", "-f") { Description = "File with manifests, or - for standard input", HelpName = "file", Required = true };
        var output = CommonOptions.Output();
        var command = new Command(
            "kubeai",
            "Translate Models of KubeAI (kubeai.org/v1)\n\nPrints a Model and an InferenceService for each, and says what has no counterpart. Nothing is applied.\n\nExample:\n  llmkube import kubeai -f models.yaml | kubectl apply -f -")
        { file, output };
        Runner.Bind(command, context, common, async (parsed, cancellationToken) =>
        {
            var models = (await ReadAsync(parsed.GetValue(file)!, context, cancellationToken)).Where(KubeAiTranslation.Is).Select(KubeAiTranslation.Translate).ToList();
            if (models.Count == 0)
            {
                throw new CommandFailure($"{parsed.GetValue(file)} has no Model of {KubeAiModel.Definition.ApiVersion}.", exitCode: ExitCodes.NotFound);
            }

            foreach (var model in models)
            {
                foreach (var note in model.Notes)
                {
                    context.Terminal.Say($"{model.Model["metadata"]!["name"]}: {note}");
                }
            }

            var format = parsed.GetValue(output) is OutputFormat.Json ? OutputFormat.Json : OutputFormat.Yaml;
            Listing.PrintObjects(context.Terminal, format, [.. models.SelectMany(model => (JsonNode[])[model.Model, model.Service])]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<IEnumerable<JsonObject>> ReadAsync(string file, CommandContext context, CancellationToken cancellationToken)
    {
        string text;
        if (file == "-")
        {
            using var reader = new StreamReader(context.Terminal.OpenInput());
            text = await reader.ReadToEndAsync(cancellationToken);
        }
        else
        {
            var path = context.FullPath(file);
            text = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : throw new CommandFailure($"There is no file {path}.", exitCode: ExitCodes.NotFound);
        }

        try
        {
            return [.. YamlText.ParseAll(text).OfType<JsonObject>().SelectMany(document => document["kind"]?.ToString() == "List" && document["items"] is JsonArray items ? items.OfType<JsonObject>() : [document])];
        }
        catch (YamlFormatException e)
        {
            throw new CommandFailure($"{file} is no YAML: {e.Message}", exitCode: ExitCodes.Usage);
        }
    }
}
