namespace LlmKube.Models.Backends.Network;

/// <summary>A connection was not opened because the installation denies its address.</summary>
internal sealed class DeniedAddressException(string host, string address)
    : IOException($"{host} is at {address}, and this installation opens no connection to that address")
{
    public string Host => host;
}
