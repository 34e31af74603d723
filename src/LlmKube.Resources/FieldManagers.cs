namespace LlmKube.Resources;

/// <summary>The names under which each role owns fields.</summary>
public static class FieldManagers
{
    public const string Operator = "llmkube-operator";
    public const string Agent = "llmkube-agent";
    public const string Router = "llmkube-router";
    public const string Cli = "llmkube";
}
