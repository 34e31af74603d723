namespace LlmKube.Resources.Runtimes;

/// <summary>What a user's own arguments say about an option.</summary>
public static class ExtraArguments
{
    /// <summary>Whether the option is given, as <c>--name</c> alone or as <c>--name=value</c>.</summary>
    public static bool Sets(IReadOnlyList<string>? arguments, string option) => (arguments ?? []).Any(argument => IsOption(argument, option));

    /// <summary>The option's value from either form, or null when it is not given or has none. The last one counts, as it does for the engines.</summary>
    public static string? FindValue(IReadOnlyList<string>? arguments, string option)
    {
        string? value = null;
        for (var i = 0; i < arguments?.Count; i++)
        {
            if (arguments[i] == option)
            {
                value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            }
            else if (IsOption(arguments[i], option))
            {
                value = arguments[i][(option.Length + 1)..];
            }
        }

        return value;
    }

    private static bool IsOption(string argument, string option) =>
        argument.StartsWith(option, StringComparison.Ordinal) && (argument.Length == option.Length || argument[option.Length] == '=');
}
