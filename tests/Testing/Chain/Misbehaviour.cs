namespace S3Auth.Testing.Chain;

/// <summary>What a node may do instead of answering well.</summary>
public enum Misbehaviour
{
    /// <summary>Answers well.</summary>
    None,

    /// <summary>Refuses to open a WebSocket, with HTTP status 403.</summary>
    RefuseUpgrade,

    /// <summary>Sends whoever opens a WebSocket elsewhere, to <see cref="TestNode.RedirectsTo"/>.</summary>
    Redirect,

    /// <summary>Takes the connection and never opens the WebSocket.</summary>
    HangInUpgrade,

    /// <summary>Reads questions and never answers.</summary>
    Hang,

    /// <summary>Closes the WebSocket when it is asked.</summary>
    Close,

    /// <summary>Drops the connection in the middle of the answer.</summary>
    DropInAnswer,

    /// <summary>Answers with a JSON-RPC error.</summary>
    Error,

    /// <summary>Answers that it does not know the method.</summary>
    UnknownMethod,

    /// <summary>Answers with what is no JSON.</summary>
    Garbage,

    /// <summary>Answers with JSON that is no JSON-RPC.</summary>
    OtherJson,

    /// <summary>Answers with null.</summary>
    Null,

    /// <summary>Answers with a number.</summary>
    Number,

    /// <summary>Answers with text that is no hex.</summary>
    NoHex,

    /// <summary>Answers with hex that does not say that it is hex.</summary>
    NoPrefix,

    /// <summary>Answers with half a byte too much.</summary>
    OddHex,

    /// <summary>Answers with an empty text.</summary>
    EmptyText,

    /// <summary>Answers with bytes where a block's hash or number is wanted.</summary>
    LongHex,

    /// <summary>Answers with the error code by which JSON-RPC says that a call was cancelled.</summary>
    Cancelled,

    /// <summary>Asks something itself instead of answering.</summary>
    Ask,

    /// <summary>Tells something instead of answering.</summary>
    Notify,

    /// <summary>Answers with very many small values.</summary>
    ManyTokens,

    /// <summary>Answers with more than 64 MiB.</summary>
    TooLarge,

    /// <summary>Answers with JSON deeper than any parser goes.</summary>
    Deep,
}
