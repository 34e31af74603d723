namespace LlmKube.Agent.Processes;

/// <summary>
/// What the agent writes into the environment of each process it starts. The mark is the only record there is:
/// a process that runs can always be found and understood by the next agent, whatever instant the last one died at.
/// </summary>
internal sealed record ProcessMark(string Home, string Name, string Hash, int Port)
{
    public const string HomeVariable = "LLMKUBE_AGENT_HOME";
    public const string NameVariable = "LLMKUBE_PROCESS";
    public const string HashVariable = "LLMKUBE_PROCESS_HASH";
    public const string PortVariable = "LLMKUBE_PROCESS_PORT";

    /// <summary>The mark in an environment, or null when it is not one of ours.</summary>
    public static ProcessMark? Find(IReadOnlyDictionary<string, string> environment) =>
        environment.TryGetValue(HomeVariable, out var home)
        && environment.TryGetValue(NameVariable, out var name)
        && environment.TryGetValue(HashVariable, out var hash)
        && environment.TryGetValue(PortVariable, out var text)
        && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port)
            ? new ProcessMark(home, name, hash, port)
            : null;

    public void WriteTo(IDictionary<string, string?> environment)
    {
        environment[HomeVariable] = Home;
        environment[NameVariable] = Name;
        environment[HashVariable] = Hash;
        environment[PortVariable] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
