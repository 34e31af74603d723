using System.Security.Cryptography;

namespace LlmKube.Models.Oci;

/// <summary>Digests as OCI writes them: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public static class OciDigest
{
    private const string Prefix = "sha256:";

    public static bool IsValid(string digest) =>
        digest.Length == Prefix.Length + 64 && digest.StartsWith(Prefix, StringComparison.Ordinal) && digest[Prefix.Length..].All(char.IsAsciiHexDigitLower);

    /// <summary>The hex digits of a valid digest.</summary>
    public static string HexOf(string digest) => digest[Prefix.Length..];

    /// <summary>A digest in the place of a tag, which may have no colon (OCI distribution specification, "Referrers Tag Schema").</summary>
    public static string AsTag(string digest) => digest.Replace(':', '-');

    public static string OfHex(string hex) => Prefix + hex;

    public static string Of(ReadOnlySpan<byte> bytes) => Prefix + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
