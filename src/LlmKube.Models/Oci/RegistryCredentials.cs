using System.Text;
using System.Text.Json;

namespace LlmKube.Models.Oci;

/// <summary>Users of registries as Docker's <c>config.json</c> and Secrets of type <c>kubernetes.io/dockerconfigjson</c> keep them.</summary>
public sealed class RegistryCredentials
{
    /// <summary>No registry is called so.</summary>
    private const string Everywhere = "*";

    private const string DockerHubKey = "https://index.docker.io/v1/";
    private readonly Dictionary<string, (string User, string Password)> _users;
    private readonly Dictionary<string, string> _helpers;

    private RegistryCredentials(Dictionary<string, (string User, string Password)> users, Dictionary<string, string>? helpers = null) => (_users, _helpers) = (users, helpers ?? []);

    /// <summary>Nobody.</summary>
    public static RegistryCredentials None { get; } = new(new(StringComparer.OrdinalIgnoreCase));

    /// <summary>Reads such a document; one that cannot be read has nobody.</summary>
    /// <param name="json">The document.</param>
    /// <param name="withHelpers">Whether programs that it names are asked (<c>credHelpers</c>, <c>credsStore</c>): it is a file of whoever runs this, and no Secret.</param>
    public static RegistryCredentials Parse(string json, bool withHelpers = false)
    {
        var users = new Dictionary<string, (string User, string Password)>(StringComparer.OrdinalIgnoreCase);
        var helpers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("auths", out var auths) && auths.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in auths.EnumerateObject())
                {
                    if (UserOf(entry.Value) is { } user)
                    {
                        users[HostOf(entry.Name)] = user;
                    }
                }
            }

            if (withHelpers)
            {
                ReadHelpers(document.RootElement, helpers);
            }
        }
        catch (JsonException)
        {
            return None;
        }

        return new RegistryCredentials(users, helpers);
    }

    /// <summary>The same with one more, which goes first.</summary>
    public RegistryCredentials With(string registry, string user, string password) => new(new(_users, StringComparer.OrdinalIgnoreCase) { [registry] = (user, password) }, _helpers);

    /// <summary>The user of a registry; null where there is none.</summary>
    public async ValueTask<(string User, string Password)?> FindAsync(string registry, TimeProvider time, CancellationToken cancellationToken) => _users.TryGetValue(registry, out var user) ? user
        : (_helpers.GetValueOrDefault(registry) ?? _helpers.GetValueOrDefault(Everywhere)) is { } helper ? await CredentialHelper.FindAsync(helper, registry, time, cancellationToken)
        : null;

    private static void ReadHelpers(JsonElement root, Dictionary<string, string> helpers)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (Text(root, "credsStore") is { } store)
        {
            helpers[Everywhere] = store;
        }

        if (root.TryGetProperty("credHelpers", out var named) && named.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in named.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.String))
            {
                helpers[HostOf(entry.Name)] = entry.Value.GetString()!;
            }
        }
    }

    private static string HostOf(string name) => name == DockerHubKey ? "docker.io"
        : (name.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? name[(scheme + 3)..] : name).Split('/')[0];

    private static (string User, string Password)? UserOf(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (Text(entry, "username") is { } user && Text(entry, "password") is { } password)
        {
            return (user, password);
        }

        try
        {
            return Text(entry, "auth") is { } auth && Encoding.UTF8.GetString(Convert.FromBase64String(auth)).Split(':', 2) is [var name, var secret] ? (name, secret) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
