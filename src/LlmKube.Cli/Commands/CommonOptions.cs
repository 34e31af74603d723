using System.CommandLine;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands;

/// <summary>The options that commands share, so that each is spelt once.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "Kubeconfig file to use", HelpName = "file", Recursive = true };

    public Option<string?> Context { get; } = new("--context") { Description = "Context of the kubeconfig", HelpName = "name", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug") { Description = "Show where a failure came from", Recursive = true };

    public static Option<string?> Namespace() => new("--namespace", "-n") { Description = "Namespace (default: the context's, else default)", HelpName = "name" };

    public static Option<bool> AllNamespaces() => new("--all-namespaces", "-A") { Description = "All namespaces" };

    /// <summary><c>-o</c> with the formats that every listing knows.</summary>
    public static Option<OutputFormat> Output()
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = "Output format",
            HelpName = "table|wide|json|yaml|name",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Enum.TryParse<OutputFormat>(text, ignoreCase: true, out var format) && !char.IsDigit(text[0]))
                {
                    return format;
                }

                result.AddError($"There is no output format '{text}'. Use one of table, wide, json, yaml, name.");
                return OutputFormat.Table;
            },
        };
        option.CompletionSources.Add("table", "wide", "json", "yaml", "name");
        return option;
    }
}
