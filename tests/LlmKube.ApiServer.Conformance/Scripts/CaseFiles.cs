namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>The files beside the cases, as they are built into this assembly.</summary>
internal static class CaseFiles
{
    public static string Read(string name)
    {
        using var stream = typeof(CaseFiles).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"there is no file of cases named {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static IReadOnlyList<Case> Cases(string topic) => CaseReader.Read(topic + ".case", Read(topic + ".case"));
}
