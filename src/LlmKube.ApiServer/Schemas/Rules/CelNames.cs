namespace LlmKube.ApiServer.Schemas.Rules;

/// <summary>Kubernetes' spelling of field names that CEL cannot write.</summary>
internal static class CelNames
{
    public static string Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal))
        {
            return name;
        }

        // A reserved word stands between two underscores on either side.
        if (name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) && !name[2..^2].Contains('_', StringComparison.Ordinal))
        {
            return name switch
            {
                "__underscores__" => "__",
                "__dot__" => ".",
                "__dash__" => "-",
                "__slash__" => "/",
                _ => name[2..^2],
            };
        }

        return name
            .Replace("__dot__", ".", StringComparison.Ordinal)
            .Replace("__dash__", "-", StringComparison.Ordinal)
            .Replace("__slash__", "/", StringComparison.Ordinal)
            .Replace("__underscores__", "__", StringComparison.Ordinal);
    }
}
