namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>The two values of <c>FOLDER_LAYOUT</c>.</summary>
public enum FolderLayoutKind
{
    /// <summary><c>data/{source}/{coldkey}/</c></summary>
    Coldkey,

    /// <summary><c>data/hotkey={hotkey}/</c></summary>
    Hotkey,
}
