using System.Runtime.InteropServices;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// The content of the image, made without a container engine: runs the Dockerfile's steps in an empty folder, with exactly the files that
/// it copies. The result is read-only.
/// </summary>
internal sealed class PublishedService
{
    private const string BuildFolder = "/build/";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static readonly Lazy<Task<PublishedService>> ForThisMachine = new(() => PublishAsync(
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64"));

    private PublishedService(string folder) => Folder = folder;

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    public string Program => Path.Combine(Folder, "S3Auth.Api");

    /// <summary>The folder of the .NET runtime. The image has its own.</summary>
    public static string RuntimeFolder
    {
        get
        {
            var dotnet = new FileInfo(Tool.Need("dotnet", "the .NET SDK"));
            return Path.GetDirectoryName(dotnet.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? dotnet.FullName)!;
        }
    }

    /// <summary>Returns one instance for the whole run.</summary>
    public static Task<PublishedService> GetAsync() => ForThisMachine.Value;

    /// <summary>Publishes for <c>amd64</c> or <c>arm64</c>.</summary>
    public static async Task<PublishedService> PublishAsync(string architecture)
    {
        var dockerfile = Dockerfile.Read(Path.Combine(Repository.Root, "deploy", "Dockerfile"));
        var build = dockerfile.Stages[0];
        var root = TestRun.Current.Scratch("image-" + architecture);
        var folder = Inside(root, build.One("WORKDIR").Rest);
        Directory.CreateDirectory(folder);
        foreach (var step in build.Instructions)
        {
            switch (step.Keyword)
            {
                case "COPY":
                    await CopyAsync(step.Words, folder);
                    break;
                case "RUN":
                    (await Tool.RunAsync(
                        "/bin/sh",
                        ["-c", step.Rest],
                        environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["TARGETARCH"] = architecture },
                        folder: folder,
                        limit: Patience)).Expect();
                    break;
                case "WORKDIR" or "ARG":
                    break;
                default:
                    throw new NotSupportedException($"The Dockerfile's {step.Keyword} is not known here.");
            }
        }

        // Copy to an empty folder what the image copies.
        var copied = dockerfile.Image.All("COPY").Single(copy => copy.Words[1] == "./");
        var image = Path.Combine(root, "image");
        (
            await Tool.RunAsync(
                "/bin/sh",
                ["-c", "cp -r \"$1\" \"$2\" && chmod -R a-w \"$2\" && chmod a+x \"$3\"", "sh", Inside(root, copied.Words[0]), image, root]))
            .Expect();
        return new PublishedService(image);
    }

    private static string Inside(string root, string path)
    {
        Assert.That(path, Does.StartWith(BuildFolder), "the Dockerfile's build stage writes nowhere else");
        return Path.Combine(root, path[BuildFolder.Length..]);
    }

    // Copies a folder's content like COPY, without the folders of .dockerignore.
    private static async Task CopyAsync(string[] words, string folder)
    {
        var target = Path.Combine(folder, words[^1]);
        Directory.CreateDirectory(target);
        foreach (var source in words[..^1].Select(word => Path.Combine(Repository.Root, word)))
        {
            var copy = source.EndsWith('/')
                ? "tar -C \"$1\" --exclude=./bin --exclude=./obj -cf - . | tar -C \"$2\" -xf -"
                : "cp \"$1\" \"$2\"";
            (await Tool.RunAsync("/bin/sh", ["-c", copy, "sh", source, target])).Expect();
        }
    }
}
