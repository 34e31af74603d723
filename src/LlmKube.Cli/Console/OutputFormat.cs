namespace LlmKube.Cli.Console;

/// <summary>How data is printed; <c>-o</c>.</summary>
internal enum OutputFormat
{
    Table,
    Wide,
    Json,
    Yaml,
    Name,
}
