using System.Text;
using LlmKube.ApiServer.Storage;

namespace LlmKube.ApiServer.Security;

/// <summary>The kubeconfig that lets kubectl in: address, authority and token.</summary>
internal static class KubeConfigFile
{
    public static void Write(string path, Uri url, ServerIdentity identity)
    {
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(identity.Authority.ExportCertificatePem() + "\n"));
        var text = $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: llmkube
              cluster:
                server: {url.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {authority}
            users:
            - name: llmkube
              user:
                token: {identity.Token}
            contexts:
            - name: llmkube
              context:
                cluster: llmkube
                user: llmkube
                namespace: default
            current-context: llmkube

            """;
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        PrivateFiles.WriteAllText(path, text);
    }
}
