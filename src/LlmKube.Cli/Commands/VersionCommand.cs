using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using LlmKube.Cli.Console;

namespace LlmKube.Cli.Commands;

/// <summary><c>llmkube version</c>. Asks nobody: there is no update check.</summary>
internal static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Build(CommandContext context, CommonOptions common)
    {
        var command = new Command("version", "Print the version");
        Runner.Bind(command, context, common, (_, _) =>
        {
            context.Terminal.Out.WriteLine($"llmkube {Version} ({RuntimeInformation.RuntimeIdentifier}, {RuntimeInformation.FrameworkDescription})");
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
