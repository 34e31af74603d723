namespace LlmKube.Resources.Runtimes;

/// <summary>The values of <c>spec.speculativeDecoding.type</c> and which of them take a draft model.</summary>
public static class SpeculativeTypes
{
    public const string None = "none";

    /// <summary>The name that llama.cpp has for the type; aliases are resolved.</summary>
    public static string EngineNameOf(string type) => type switch
    {
        "" or "disabled" => None,
        "mtp" => "draft-mtp",
        "draft" => "draft-simple",
        _ => type,
    };

    public static bool NeedsDraft(string type) => type is "draft" or "draft-simple" or "draft-eagle3" or "draft-dflash" or "draft-dspark";

    /// <summary>Whether a draft model may be given. The alias mtp means the model's own heads and takes none.</summary>
    public static bool TakesDraft(string type) => NeedsDraft(type) || type == "draft-mtp";
}
