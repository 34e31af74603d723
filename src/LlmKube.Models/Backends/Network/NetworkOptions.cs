using System.Net;
using LlmKube.Models.Oci;

namespace LlmKube.Models.Backends.Network;

/// <summary>What an installation allows its connections.</summary>
public sealed record NetworkOptions
{
    /// <summary>
    /// Addresses that answer for a machine itself and not for what a person named: link-local ones, where clouds serve credentials. The
    /// operator never connects to them, wherever a redirect leads.
    /// </summary>
    public static IReadOnlyList<IPNetwork> LinkLocal { get; } = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fd00:ec2::254/128")];

    /// <summary>Networks that no connection is opened to.</summary>
    public IReadOnlyList<IPNetwork> DeniedNetworks { get; init; } = [];

    /// <summary>Where models of registries are read instead.</summary>
    public RegistryMirrors Mirrors { get; init; } = RegistryMirrors.None;

    /// <summary>Whether programs that keep users of registries are asked: for a person's own configuration, never for what comes from a Secret.</summary>
    public bool AsksCredentialHelpers { get; init; }

    /// <summary>How long a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an answer may take to begin.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The way out; null takes what HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say.</summary>
    public IWebProxy? Proxy { get; init; }
}
