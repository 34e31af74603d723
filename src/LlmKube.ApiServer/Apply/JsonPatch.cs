using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmKube.ApiServer.Apply;

/// <summary>JSON patch (RFC 6902). All operations succeed, or the target stays as it was.</summary>
internal static class JsonPatch
{
    public const int MaxOperations = 10_000;

    /// <summary>What all <c>copy</c> operations of one patch may add together; without it a few doubling copies fill the memory.</summary>
    public const long MaxCopiedBytes = 3 * 1024 * 1024;

    public static JsonNode Apply(JsonNode target, JsonArray operations)
    {
        if (operations.Count > MaxOperations)
        {
            throw PatchException.TooLarge(string.Create(CultureInfo.InvariantCulture,
                $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}"));
        }

        var document = new PatchedDocument(target.DeepClone());
        long copiedBytes = 0;
        foreach (var operation in operations)
        {
            ApplyOne(document, Operation.Read(operation), ref copiedBytes);
        }

        return document.Root ?? throw PatchException.Invalid("the patch leaves nothing of the object");
    }

    private static void ApplyOne(PatchedDocument document, Operation operation, ref long copiedBytes)
    {
        switch (operation.Op)
        {
            case "add":
                document.Add(operation.Path, operation.Value?.DeepClone());
                break;
            case "remove":
                document.Remove(operation.Path);
                break;
            case "replace":
                document.Replace(operation.Path, operation.Value?.DeepClone());
                break;
            case "move":
                Move(document, operation);
                break;
            case "copy":
                var copied = document.Get(operation.From!)?.DeepClone();
                copiedBytes += SizeOf(copied);
                if (copiedBytes > MaxCopiedBytes)
                {
                    throw PatchException.TooLarge(string.Create(CultureInfo.InvariantCulture,
                        $"the copy operations of the JSON patch add more than {MaxCopiedBytes} bytes"));
                }

                document.Add(operation.Path, copied);
                break;
            case "test":
                if (!JsonNode.DeepEquals(document.Get(operation.Path), operation.Value))
                {
                    throw PatchException.Invalid($"the server rejected our request due to an error in our request: testing value {operation.Path.Text} failed");
                }

                break;
            default:
                throw PatchException.BadRequest($"error decoding patch: unknown operation \"{operation.Op}\"");
        }
    }

    private static void Move(PatchedDocument document, Operation operation)
    {
        if (operation.From!.IsProperPrefixOf(operation.Path))
        {
            throw PatchException.Invalid(
                $"the server rejected our request due to an error in our request: cannot move {operation.From.Text} into its own child {operation.Path.Text}");
        }

        document.Add(operation.Path, document.Remove(operation.From));
    }

    private static int SizeOf(JsonNode? node) => node is null ? 4 : Encoding.UTF8.GetByteCount(node.ToJsonString());

    /// <summary>One operation whose shape has been checked.</summary>
    private sealed record Operation(string Op, JsonPointer Path, JsonPointer? From, JsonNode? Value)
    {
        public static Operation Read(JsonNode? node)
        {
            if (node is not JsonObject operation)
            {
                throw PatchException.BadRequest("error decoding patch: every operation must be an object");
            }

            var op = Text(operation, "op");
            var path = JsonPointer.Parse(Text(operation, "path"));
            var from = op is "move" or "copy" ? JsonPointer.Parse(Text(operation, "from")) : null;
            if (op is "add" or "replace" or "test" && !operation.ContainsKey("value"))
            {
                throw PatchException.BadRequest($"error decoding patch: the operation \"{op}\" on \"{path.Text}\" has no value");
            }

            return new Operation(op, path, from, operation["value"]);
        }

        private static string Text(JsonObject operation, string member) =>
            operation[member] is JsonValue value && value.GetValueKind() == JsonValueKind.String
                ? value.GetValue<string>()
                : throw PatchException.BadRequest($"error decoding patch: an operation lacks the text member \"{member}\"");
    }
}
