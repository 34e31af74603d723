using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LlmKube.Kubernetes.Objects;

namespace LlmKube.ApiServer.Apply;

/// <summary>What a server-side apply came to.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    /// <summary>The object to store. <paramref name="Changed"/> is false when it equals the live one byte for byte.</summary>
    public sealed record Applied(JsonObject Object, bool Changed) : ApplyOutcome;

    /// <summary>Others own fields that the request wants to have another value.</summary>
    public sealed record Conflicts(IReadOnlyList<FieldConflict> Fields) : ApplyOutcome
    {
        /// <summary>The message of the answering <c>Status</c> (409, reason <c>Conflict</c>), in the words that kubectl's users know.</summary>
        public string Message
        {
            get
            {
                if (Fields.Count == 1)
                {
                    return $"Apply failed with 1 conflict: {Fields[0].Message}: {Fields[0].Path}";
                }

                var text = new StringBuilder();
                text.Append(CultureInfo.InvariantCulture, $"Apply failed with {Fields.Count} conflicts: ");
                foreach (var group in Fields.GroupBy(one => one.Owner, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
                {
                    text.Append(CultureInfo.InvariantCulture, $"conflicts with {group.Key}:\n");
                    foreach (var conflict in group)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"- {conflict.Path}\n");
                    }
                }

                return text.ToString().TrimEnd('\n');
            }
        }

        /// <summary>The <c>details.causes</c> of the answering <c>Status</c>.</summary>
        public IReadOnlyList<StatusCause> Causes =>
            [.. Fields.Select(conflict => new StatusCause { Reason = "FieldManagerConflict", Message = conflict.Message, Field = conflict.Path })];
    }
}

/// <summary>One field that another manager owns with another value; <paramref name="Owner"/> is ready for a message.</summary>
internal sealed record FieldConflict(string Manager, string Owner, string Path)
{
    public string Message => $"conflict with {Owner}";
}
