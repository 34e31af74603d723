using System.Net;
using System.Text;
using System.Text.Json;
using LlmKube.Router.Routing;

namespace LlmKube.Router.Forwarding;

/// <summary>The client's bytes on their way to an engine: unchanged, or with only the model's value replaced.</summary>
internal sealed class ForwardedBody : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ByteSpan _replaced;
    private readonly ReadOnlyMemory<byte> _replacement;

    private ForwardedBody(ReadOnlyMemory<byte> body, ByteSpan replaced, ReadOnlyMemory<byte> replacement)
    {
        _body = body;
        _replaced = replaced;
        _replacement = replacement;
    }

    /// <summary>The body as <paramref name="servedName"/> needs it; null or the name that the body has leaves every byte as it is.</summary>
    public static ForwardedBody Of(ReadOnlyMemory<byte> body, RequestFacts facts, string? servedName) =>
        servedName is null || servedName == facts.Model
            ? new ForwardedBody(body, new ByteSpan(body.Length, 0), default)
            : new ForwardedBody(body, facts.ModelValue, Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(servedName)}\""));

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_body[.._replaced.Start], cancellationToken);
        if (!_replacement.IsEmpty)
        {
            await stream.WriteAsync(_replacement, cancellationToken);
            await stream.WriteAsync(_body[_replaced.End..], cancellationToken);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length - _replaced.Length + _replacement.Length;
        return true;
    }
}
