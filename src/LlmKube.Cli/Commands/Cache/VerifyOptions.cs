using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models.Signatures;

namespace LlmKube.Cli.Commands.Cache;

/// <summary>The options that say which signature a model has to have.</summary>
internal sealed class VerifyOptions
{
    private const string Warn = "Warn";
    private readonly Option<string?> _keys = new("--verify-keys") { Description = "Public key in PEM, or a folder of them, by one of which the model has to be signed", HelpName = "path" };
    private readonly Option<string> _policy = new("--verify-policy") { Description = "Require refuses a model that is not, Warn only says so", HelpName = "Require|Warn", DefaultValueFactory = _ => "Require" };

    public void AddTo(Command command)
    {
        _policy.AcceptOnlyFromAmong("Require", Warn);
        command.Options.Add(_keys);
        command.Options.Add(_policy);
    }

    /// <summary>Null where none is asked for.</summary>
    public SignaturePolicy? Read(ParseResult parsed, CommandContext context) =>
        parsed.GetValue(_keys) is { } path ? Of(context.FullPath(path), parsed.GetValue(_policy) != Warn) : null;

    /// <summary>The policy with the keys of a file or a folder.</summary>
    public static SignaturePolicy Of(string path, bool isRequired)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Where(file => !Path.GetFileName(file).StartsWith('.'))] : File.Exists(path) ? [path] : [];
        var policy = SignaturePolicy.Of(files.Select(File.ReadAllText), isRequired);
        return policy.PublicKeysPem.Count > 0 ? policy : throw new CommandFailure($"There is no public key in PEM at {path}.", "llmkube sign keygen makes a pair of keys.", ExitCodes.Usage);
    }
}
