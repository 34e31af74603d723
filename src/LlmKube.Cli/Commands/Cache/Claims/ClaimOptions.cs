using System.CommandLine;

namespace LlmKube.Cli.Commands.Cache.Claims;

/// <summary>The options that say which claim of a cluster a command works on.</summary>
internal sealed class ClaimOptions
{
    public Option<string?> Claim { get; } = new("--claim") { Description = "Claim of the cluster that holds the store (default: that of the namespace)", HelpName = "name" };

    public Option<string?> Namespace { get; } = CommonOptions.Namespace();

    public Option<string?> Image { get; } = new("--image") { Description = "This product's image, for the pod that works on the claim (default: the operator's)", HelpName = "image" };

    public Option<string?> Secret { get; } = new("--secret") { Description = "Secret with the source's credentials, where the store is a claim", HelpName = "name" };

    /// <summary>All of them: none means anything to the command inside the pod.</summary>
    public IReadOnlyList<Option> All => [Claim, Namespace, Image, Secret];
}
