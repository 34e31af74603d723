using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LlmKube.Models.Backends;
using LlmKube.Models.Repositories;

namespace LlmKube.Models.Oci;

/// <summary>
/// One file as a tar archive (POSIX ustar) that is made while it is read: header, content, padding, end. Nothing in it depends on when or
/// by whom it is made. What was read is hashed.
/// </summary>
internal sealed class TarLayer : ReadOnlyStream
{
    private const int Block = 512;
    private const int MostNameBytes = 100;
    private const long MostOctalSize = 0x1_FFFF_FFFF;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _header;
    private readonly Stream _content;
    private readonly long _size;
    private long _position;

    /// <summary>An archive of one file.</summary>
    /// <exception cref="RepositoryException">The name is too long for such an archive.</exception>
    public TarLayer(string path, long size, Stream content)
    {
        (_content, _size) = (content, size);
        _header = Header(path, size);
        Length = Block + (((size + Block - 1) / Block) * Block) + (2 * Block);
    }

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>What all of it hashes to, once it was read.</summary>
    public string Digest => OciDigest.OfHex(Convert.ToHexStringLower(_hash.GetCurrentHash()));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = 0;
        if (_position < Block)
        {
            read = Math.Min(buffer.Length, Block - (int)_position);
            _header.AsMemory((int)_position, read).CopyTo(buffer);
        }
        else if (_position < Block + _size)
        {
            read = await _content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Block + _size - _position)], cancellationToken);
            if (read == 0 && buffer.Length > 0)
            {
                throw new RepositoryException(FailureKind.Changed, "a file became shorter while it was read. Try again.");
            }
        }
        else
        {
            read = (int)Math.Min(buffer.Length, Length - _position);
            buffer.Span[..read].Clear();
        }

        _hash.AppendData(buffer.Span[..read]);
        _position += read;
        return read;
    }

    /// <summary>Whoever sends it closes it by the synchronous way; what it hashes to is asked for after that.</summary>
    public override async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Readable by everyone, of root, of 1970 (IEEE Std 1003.1-2008, pax Interchange Format, ustar).</summary>
    private static byte[] Header(string path, long size)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length > MostNameBytes)
        {
            throw new RepositoryException(FailureKind.Invalid, $"the path {path} is longer than the {MostNameBytes} bytes that an image's archive has for it. Give the file a shorter name, or push it as an artifact.");
        }

        var header = new byte[Block];
        name.CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000444\00000000\00000000\0").CopyTo(header, 100);
        if (size <= MostOctalSize)
        {
            Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(header, 124);
        }
        else
        {
            // More than eleven octal digits: a binary number, which the first bit tells (GNU tar, star).
            header[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), size);
        }

        Encoding.ASCII.GetBytes("00000000000\0").CopyTo(header, 136);
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar\000").CopyTo(header, 257);
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        return header;
    }
}
