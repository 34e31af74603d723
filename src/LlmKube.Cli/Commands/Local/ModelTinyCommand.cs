using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models.TinyModels;

namespace LlmKube.Cli.Commands.Local;

/// <summary><c>llmkube model tiny</c>: writes a small GGUF file to try things with, without a download.</summary>
internal static class ModelTinyCommand
{
    public static Command Build(CommandContext context, CommonOptions common)
    {
        var output = new Option<string>("--output", "-o") { Description = "File to write", HelpName = "file", Required = true };
        var seed = new Option<ulong>("--seed") { Description = "Chooses the random weights; one seed gives one file", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "tiny",
            "Write a tiny model with random weights and a working tokenizer: it babbles, and proves the way from a file to an answer\n\nExample:\n  llmkube model tiny -o /tmp/tiny.gguf")
        {
            output, seed,
        };
        Runner.Bind(command, context, common, (parsed, _) =>
        {
            var path = context.FullPath(parsed.GetValue(output)!);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            TinyModel.WriteFile(path, new TinyModelOptions { Seed = parsed.GetValue(seed) });
            context.Terminal.Say($"Wrote {path} ({new FileInfo(path).Length / 1024} KiB).");
            return Task.FromResult(ExitCodes.Ok);
        });
        return new Command("model", "Model files") { command };
    }
}
