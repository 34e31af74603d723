namespace LlmKube.Operator.Repositories;

/// <summary>
/// Where messages of object stores and registries come in: the repositories that they are about are looked at at once, and not at their next
/// turn. A message is a reason to look and nothing more: what a tag names is always asked of the repository.
/// </summary>
public sealed class RepositoryNotifications
{
    private Action<IReadOnlyList<ChangedPlace>>? _listener;

    /// <summary>Takes a message.</summary>
    /// <param name="json">The body as it was sent.</param>
    /// <returns>Whether it names a place.</returns>
    public bool Take(ReadOnlyMemory<byte> json)
    {
        var places = ChangedPlaces.Read(json);
        if (places.Count > 0)
        {
            _listener?.Invoke(places);
        }

        return places.Count > 0;
    }

    /// <summary>Who is told from now on, in the place of whoever was before.</summary>
    internal void ListenWith(Action<IReadOnlyList<ChangedPlace>> listener) => _listener = listener;
}
