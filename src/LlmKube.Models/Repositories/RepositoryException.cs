using LlmKube.Models.Backends;

namespace LlmKube.Models.Repositories;

/// <summary>A repository could not do what was asked of it.</summary>
public sealed class RepositoryException(ModelFailure failure) : Exception(failure.Message)
{
    public RepositoryException(FailureKind kind, string message)
        : this(new ModelFailure(kind, message))
    {
    }

    public ModelFailure Failure { get; } = failure;

    /// <summary>Throws what went wrong, where something did.</summary>
    public static void ThrowIf(ModelFailure? failure)
    {
        if (failure is not null)
        {
            throw new RepositoryException(failure);
        }
    }
}
