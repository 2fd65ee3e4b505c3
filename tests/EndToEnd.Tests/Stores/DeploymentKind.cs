namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>What a deployment is for: cases that would be in each other's way have one of their own.</summary>
public enum DeploymentKind
{
    /// <summary>What most cases share.</summary>
    Common,

    /// <summary>A bucket of thousands of folders and files, which nobody lists as a whole without need.</summary>
    Large,

    /// <summary>A bucket of few files, all of which can be read; the server takes only requests that name it.</summary>
    Few,

    /// <summary>A store that takes files by PUT only.</summary>
    Put,

    /// <summary>A bucket in which a miner chose its keys to do harm; not all of them can be removed again.</summary>
    Hostile,
}
