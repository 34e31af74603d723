using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LlmKube.ApiServer.Schemas;

/// <summary>The string formats that Kubernetes checks; any other is a remark to readers.</summary>
internal static class Formats
{
    public static bool Accept(string format, string text) => format switch
    {
        "date-time" => text.Length >= 20 && text[10] is 'T' or 't' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "byte" => Base64.IsValid(text),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork && text.Split('.').Length == 4,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        "ip" => IPAddress.TryParse(text, out _),
        "cidr" => IPNetwork.TryParse(text, out _),
        "uuid" => Guid.TryParse(text, CultureInfo.InvariantCulture, out _),
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        "email" => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1,
        "hostname" => Uri.CheckHostName(text) is UriHostNameType.Dns,
        "duration" => Durations.TryParse(text, out _),
        _ => true,
    };
}
