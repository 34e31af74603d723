using System.Collections.Concurrent;
using System.Security.Cryptography;
using LlmKube.Models.Backends;

namespace LlmKube.Models.Tests.Transfer;

/// <summary>A place that serves files from memory and goes wrong where a test says so.</summary>
internal sealed class ScriptedPlace : IModelSession
{
    private readonly Dictionary<string, byte[]> _bytes = new(StringComparer.Ordinal);
    private readonly List<RemoteFile> _files = [];
    private int _count;

    /// <summary>What happens to a request; null is nothing.</summary>
    public Func<Request, Fault?> Script { get; set; } = _ => null;

    public ConcurrentQueue<Request> Requests { get; } = new();

    public string Revision { get; set; } = "r1";

    public IReadOnlyList<RemoteFile> Files => _files;

    /// <summary>Bytes that were read from here.</summary>
    public long Served => Interlocked.Read(ref _served);

    private long _served;

    public static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Adds a file with everything that a good place says of it.</summary>
    public byte[] Add(string path, int size, Func<RemoteFile, RemoteFile>? but = null)
    {
        var bytes = Bytes(size, _files.Count + 1);
        var file = new RemoteFile(path)
        {
            SizeBytes = size,
            AcceptsRanges = true,
            Validator = $"\"{path}-1\"",
            Digest = ContentDigest.Sha256(Convert.ToHexString(SHA256.HashData(bytes))),
        };
        _bytes[path] = bytes;
        _files.Add(but?.Invoke(file) ?? file);
        return bytes;
    }

    public async Task<OpenResult> OpenAsync(RemoteFile file, long offset, long? length, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var request = new Request(file.Path, offset, length, Interlocked.Increment(ref _count));
        Requests.Enqueue(request);
        var fault = Script(request) ?? new Fault();
        if (fault.Failure is { } failure)
        {
            return new OpenResult.Failed(failure);
        }

        var start = fault.IgnoresRange ? 0 : offset;
        var bytes = _bytes[file.Path];
        var end = length is { } wanted && !fault.IgnoresRange ? Math.Min(bytes.Length, start + wanted) : bytes.Length;
        return new OpenResult.Opened(new FaultyStream(this, bytes.AsMemory((int)start, (int)(end - start)), start, fault), start)
        {
            FileSizeBytes = fault.Size ?? (file.SizeBytes is null ? null : bytes.Length),
            Validator = fault.Validator ?? file.Validator,
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>What was asked for; <paramref name="Number"/> counts from 1.</summary>
    public sealed record Request(string Path, long Offset, long? Length, int Number);

    /// <summary>What goes wrong.</summary>
    public sealed record Fault
    {
        public ModelFailure? Failure { get; init; }

        public long? CutAfter { get; init; }

        /// <summary>Ends as if that were all.</summary>
        public long? EndAfter { get; init; }

        public long? WrongByteAt { get; init; }

        public bool IgnoresRange { get; init; }

        public string? Validator { get; init; }

        public long? Size { get; init; }

        /// <summary>Nothing comes before this is done.</summary>
        public Task? Until { get; init; }
    }

    private sealed class FaultyStream(ScriptedPlace place, ReadOnlyMemory<byte> bytes, long offset, Fault fault) : ReadOnlyStream
    {
        private const int Piece = 60_000;
        private int _position;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (fault.Until is { } until)
            {
                await until.WaitAsync(cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(Math.Min(Piece, buffer.Length), bytes.Length - _position);
            if (fault.CutAfter is { } cut)
            {
                count = (int)Math.Min(count, cut - _position);
                if (count <= 0)
                {
                    throw new IOException("connection reset by peer");
                }
            }

            count = fault.EndAfter is { } end ? (int)Math.Min(count, end - _position) : count;
            bytes.Slice(_position, count).CopyTo(buffer);
            if (fault.WrongByteAt - offset is { } at && at >= _position && at < _position + count)
            {
                buffer.Span[(int)at - _position] ^= 0x40;
            }

            _position += count;
            Interlocked.Add(ref place._served, count);
            return count;
        }
    }
}
