namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>One step of a case.</summary>
internal abstract record Step(int Line)
{
    /// <summary>Writes a file into the case's directory.</summary>
    public sealed record WriteFile(int Line, string Name, string Content) : Step(Line);

    /// <summary>Runs kubectl and holds its output against the expectations; an eventual one is rerun until they are met.</summary>
    public sealed record Run(int Line, string Command, bool Eventually, IReadOnlyList<Expectation> Expectations) : Step(Line);

    /// <summary>Starts kubectl in the background under a name.</summary>
    public sealed record Start(int Line, string Command, string Name) : Step(Line);

    /// <summary>Waits until the output of a background kubectl matches.</summary>
    public sealed record Await(int Line, string Name, string Pattern) : Step(Line);

    /// <summary>Ends a background kubectl, or lets it end, and looks at all of its output.</summary>
    public sealed record Stop(int Line, string Name, IReadOnlyList<Expectation> Expectations) : Step(Line);
}

/// <summary>What a case of a file does, in order.</summary>
internal sealed record Case(string File, string Name, IReadOnlyList<Step> Steps)
{
    /// <summary>The Kubernetes that does so first; an older one is not held to it.</summary>
    public Version? Since { get; init; }
}
