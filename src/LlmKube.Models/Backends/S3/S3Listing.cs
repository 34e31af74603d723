using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace LlmKube.Models.Backends.S3;

/// <summary>One object of a listing.</summary>
internal sealed record S3Entry(string Key, long SizeBytes, string ETag, DateTimeOffset? Modified = null);

/// <summary>A page of ListObjectsV2, or the error that came in its place.</summary>
/// <param name="Entries">The objects.</param>
/// <param name="Continuation">Where the next page begins; null on the last.</param>
internal sealed record S3Listing(IReadOnlyList<S3Entry> Entries, string? Continuation)
{
    /// <summary>Null where the text is no listing.</summary>
    public static S3Listing? Read(string xml)
    {
        if (Load(xml) is not { Name.LocalName: "ListBucketResult" } root)
        {
            return null;
        }

        var entries = new List<S3Entry>();
        foreach (var item in root.Elements().Where(element => element.Name.LocalName == "Contents"))
        {
            if (Value(item, "Key") is not { Length: > 0 } key || !long.TryParse(Value(item, "Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
            {
                return null;
            }

            var modified = DateTimeOffset.TryParse(Value(item, "LastModified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : (DateTimeOffset?)null;
            entries.Add(new S3Entry(key, size, Value(item, "ETag") ?? "", modified));
        }

        return new S3Listing(entries, Value(root, "IsTruncated") == "true" ? Value(root, "NextContinuationToken") : null);
    }

    /// <summary>The name of an upload of several parts; null where the text says none.</summary>
    public static string? ReadUpload(string xml) => Load(xml) is { Name.LocalName: "InitiateMultipartUploadResult" } root ? Value(root, "UploadId") : null;

    /// <summary>Whether the text says that an upload was put together: a store may begin to answer with success and end with an error.</summary>
    public static bool IsCompleted(string xml) => Load(xml) is { Name.LocalName: "CompleteMultipartUploadResult" };

    /// <summary>What an error says of itself: its code and its message.</summary>
    public static (string? Code, string? Message) ReadError(string xml) => Load(xml) is { Name.LocalName: "Error" } root ? (Value(root, "Code"), Value(root, "Message")) : (null, null);

    private static string? Value(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    private static XElement? Load(string xml)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
