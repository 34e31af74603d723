using System.CommandLine;
using LlmKube.Cli.Console;
using LlmKube.Models.Oci;

namespace LlmKube.Cli.Commands.Bundles;

/// <summary>The options of commands that speak to registries.</summary>
internal sealed class RegistryFlags
{
    private readonly Option<string?> _config = new("--registry-config") { Description = "File with users of registries (default: REGISTRY_AUTH_FILE, else ~/.docker/config.json)", HelpName = "file" };
    private readonly Option<string?> _ca = new("--registry-ca") { Description = "Certificate of the authority that a registry's was signed by", HelpName = "file" };
    private readonly Option<string[]> _plain = new("--plain-http") { Description = "Registry that is spoken to without encryption; may be repeated", HelpName = "host" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_config, _ca, _plain])
        {
            command.Options.Add(option);
        }
    }

    public RegistryOptions Read(ParseResult parsed, CommandContext context)
    {
        var named = parsed.GetValue(_config) ?? context.Environment("REGISTRY_AUTH_FILE");
        var path = context.RegistryUsers(parsed.GetValue(_config));
        if (named is not null && !File.Exists(path))
        {
            throw new CommandFailure($"There is no file {path} with users of registries.", exitCode: ExitCodes.Usage);
        }

        var trust = new Dictionary<string, string>(StringComparer.Ordinal);
        if (parsed.GetValue(_ca) is { } ca)
        {
            trust["ca.crt"] = File.ReadAllText(context.FullPath(ca));
        }

        return new RegistryOptions
        {
            Credentials = File.Exists(path) ? RegistryCredentials.Parse(File.ReadAllText(path), withHelpers: true) : RegistryCredentials.None,
            Trust = trust,
            PlainHttp = parsed.GetValue(_plain) ?? [],
        };
    }

    public static ImageReference Image(string text) =>
        ImageReference.Parse(text) ?? throw new CommandFailure($"'{text}' is no name of an image.", "Write registry/path/name:tag.", ExitCodes.Usage);
}
