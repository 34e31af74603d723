namespace LlmKube.Models.Transfer;

/// <summary>Where the bytes of one reading go.</summary>
internal interface IDestination
{
    /// <summary>The byte of the file that is wanted next.</summary>
    long Position { get; }

    /// <summary>How many are wanted from there; null for all there are.</summary>
    long? Wanted { get; }

    /// <summary>How many bytes may be read before the next write; zero when there are enough.</summary>
    int Reserve(int most);

    /// <summary>Takes the file from its beginning, because the place gives it in no other way. False where that is no use.</summary>
    bool TryStartAnew();

    /// <summary>Writes at <see cref="Position"/>, which moves on.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
