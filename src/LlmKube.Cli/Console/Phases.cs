using Spectre.Console;

namespace LlmKube.Cli.Console;

/// <summary>The colour of a phase, where there is colour.</summary>
internal static class Phases
{
    public static Text Paint(string phase) => new(phase, new Style(phase switch
    {
        "Ready" => Color.Green,
        "Failed" => Color.Red,
        "Stopped" or "Suspended" => Color.Grey,
        _ => Color.Yellow,
    }));
}
