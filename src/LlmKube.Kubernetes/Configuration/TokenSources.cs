namespace LlmKube.Kubernetes.Configuration;

/// <summary>Gives the token to sign in with; asked before each request.</summary>
internal interface ITokenSource
{
    ValueTask<string?> GetAsync(CancellationToken cancellationToken);

    /// <summary>The server refused this token: the next one asked for must be read or made anew. False where there cannot be another.</summary>
    bool Forget(string token);
}

/// <summary>A token that never changes.</summary>
internal sealed class FixedToken(string token) : ITokenSource
{
    public ValueTask<string?> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(token);

    public bool Forget(string token) => false;
}

/// <summary>A token in a file that somebody rotates: read again every minute. While the file cannot be read, the last token serves.</summary>
internal sealed class FileToken(string path, TimeProvider time) : ITokenSource
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(1);

    private sealed record Held(string Token, DateTimeOffset ReadAt);

    private volatile Held? _held;

    public async ValueTask<string?> GetAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_held is { } held && now - held.ReadAt < s_lifetime)
        {
            return held.Token;
        }

        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            _held = new Held(token, now);
            return token;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return _held?.Token ?? throw new ConfigurationException($"Reading the token file {path} failed: {e.Message}", e);
        }
    }

    public bool Forget(string token)
    {
        if (_held is { } held && held.Token == token)
        {
            _held = held with { ReadAt = DateTimeOffset.MinValue };
        }

        return true;
    }
}
