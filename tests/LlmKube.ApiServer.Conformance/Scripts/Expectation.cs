using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace LlmKube.ApiServer.Conformance.Scripts;

/// <summary>What a command came to.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>One thing that must be true of a command's result. <see cref="Fault"/> says what is not, or is null.</summary>
internal abstract record Expectation
{
    public abstract string? Fault(CommandResult result, Variables variables);

    /// <summary>The exit code; without this expectation it must be 0.</summary>
    public sealed record ExitsWith(int Code) : Expectation
    {
        public override string? Fault(CommandResult result, Variables variables) =>
            result.ExitCode == Code ? null : string.Create(CultureInfo.InvariantCulture, $"the exit code is {result.ExitCode}, not {Code}");
    }

    /// <summary>The whole standard output, but for space at the ends of lines.</summary>
    public sealed record Prints(string Text) : Expectation
    {
        public override string? Fault(CommandResult result, Variables variables) =>
            Trim(result.Output) == Trim(variables.Fill(Text)) ? null : $"the output is not\n{variables.Fill(Text)}";

        private static string Trim(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).TrimEnd();
    }

    /// <summary>Standard output or standard error matches a pattern, or does not.</summary>
    public sealed record Matches(string Pattern, bool InError, bool Wanted) : Expectation
    {
        public override string? Fault(CommandResult result, Variables variables)
        {
            var pattern = variables.Fill(Pattern);
            var isMatch = Regex.IsMatch(InError ? result.Error : result.Output, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(5));
            return isMatch == Wanted ? null : $"{(InError ? "standard error" : "the output")} {(Wanted ? "does not match" : "matches")} {pattern}";
        }
    }

    /// <summary>The JSON that was printed has a value at a pointer; <c>#</c> as last step counts, and no value means that there is nothing.</summary>
    public sealed record HasJson(string Pointer, string? Value) : Expectation
    {
        public override string? Fault(CommandResult result, Variables variables)
        {
            JsonNode? node;
            try
            {
                node = JsonNode.Parse(result.Output);
            }
            catch (JsonException)
            {
                return "the output is not JSON";
            }

            var found = Find(node, variables.Fill(Pointer), out var value);
            if (Value is null)
            {
                return found ? $"{Pointer} is {value?.ToJsonString() ?? "null"}, but should be absent" : null;
            }

            var wanted = JsonNode.Parse(variables.Fill(Value));
            return found && JsonNode.DeepEquals(value, wanted) ? null : $"{Pointer} is {(found ? value?.ToJsonString() ?? "null" : "absent")}, not {wanted?.ToJsonString()}";
        }

        private static bool Find(JsonNode? node, string pointer, out JsonNode? value)
        {
            value = node;
            foreach (var step in pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
            {
                switch (value)
                {
                    case JsonArray list when step == "#":
                        value = list.Count;
                        break;
                    case JsonObject map when step == "#" && !map.ContainsKey(step):
                        value = map.Count;
                        break;
                    case JsonObject map when map.TryGetPropertyValue(step, out var member):
                        value = member;
                        break;
                    case JsonArray list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count:
                        value = list[index];
                        break;
                    default:
                        return false;
                }
            }

            return true;
        }
    }

    /// <summary>Always true; keeps the output under a name for later steps.</summary>
    public sealed record Keeps(string Name) : Expectation
    {
        public override string? Fault(CommandResult result, Variables variables)
        {
            variables.Set(Name, result.Output.Trim());
            return null;
        }
    }
}
