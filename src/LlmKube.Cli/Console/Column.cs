namespace LlmKube.Cli.Console;

/// <summary>A column of a listing; wide ones are shown with <c>-o wide</c> only.</summary>
internal sealed record Column<T>(string Title, Func<T, string> Value, bool Wide = false);
