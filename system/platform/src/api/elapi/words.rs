//! What devices, properties and states are called, for the device descriptions of the ECHONET Lite Web API. Our own
//! words; the short names are those of the class tables.

use std::borrow::Cow;

use tomori_smart_home::DeviceKind;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words {
    /// Japanese.
    pub(super) ja: Cow<'static, str>,
    /// English.
    pub(super) en: Cow<'static, str>,
}

type Row = (&'static str, &'static str, &'static str);

/// What a kind of device is called.
pub(super) fn kind(kind: DeviceKind) -> Words {
    let (ja, en) = match kind {
        DeviceKind::ElectricRainDoor => ("電動雨戸・シャッター", "Electric shutter"),
        DeviceKind::ElectricLock => ("電気錠", "Electric lock"),
        DeviceKind::GeneralLighting => ("一般照明", "Light"),
        DeviceKind::HomeAirConditioner => ("家庭用エアコン", "Air conditioner"),
        DeviceKind::TemperatureSensor => ("温度センサー", "Temperature sensor"),
        DeviceKind::HumanDetectionSensor => ("人体検知センサー", "Human detection sensor"),
        DeviceKind::CrimePreventionSensor => ("防犯センサー", "Crime prevention sensor"),
        DeviceKind::EmergencyButton => ("非常ボタン", "Emergency button"),
        DeviceKind::FireSensor => ("火災センサー", "Fire sensor"),
        DeviceKind::OpenCloseSensor => ("開閉センサー", "Open/close sensor"),
        _ => ("機器", "Device"),
    };
    words(ja, en)
}

/// What a property is called.
pub(super) fn property(name: &str) -> Option<Words> {
    find(PROPERTIES, name)
}

/// What a state is called. Some are put together from others: `l_c` is left and centre.
pub(super) fn state(word: &str) -> Option<Words> {
    let parts: Vec<Words> = word.split('_').map(|part| find(STATES, part)).collect::<Option<_>>()?;
    if let [one] = parts.as_slice() {
        return Some(one.clone());
    }
    let join = |pick: fn(&Words) -> &str, between: &str| parts.iter().map(pick).collect::<Vec<_>>().join(between);
    Some(Words {
        ja: join(|words| &words.ja, "と").into(),
        en: join(|words| &words.en, " and ").into(),
    })
}

fn words(ja: &'static str, en: &'static str) -> Words {
    Words {
        ja: ja.into(),
        en: en.into(),
    }
}

fn find(rows: &[Row], name: &str) -> Option<Words> {
    rows.iter()
        .find(|(key, _, _)| *key == name)
        .map(|(_, ja, en)| words(ja, en))
}

#[rustfmt::skip]
const PROPERTIES: &[Row] = &[
    ("airCleaningMethod", "空気清浄の方式", "Air cleaning method"),
    ("airFlowDirectionHorizontal", "風向(左右)", "Air flow direction, horizontal"),
    ("airFlowDirectionVertical", "風向(上下)", "Air flow direction, vertical"),
    ("airFlowLevel", "風量", "Air flow level"),
    ("airFlowTemperature", "吹出し温度", "Temperature of the air flow"),
    ("airPurification", "空気の浄化", "Air purification"),
    ("airPurifierFunction", "空気清浄機能", "Air purifier"),
    ("airRefreshMethod", "空気リフレッシュの方式", "Air refresh method"),
    ("airRefresherFunction", "空気リフレッシュ機能", "Air refresher"),
    ("alarmStatus", "警報の状態", "Alarm status"),
    ("autoLockMode", "自動施錠", "Automatic locking"),
    ("autoMode", "自動モードの設定", "Automatic mode settings"),
    ("automaticControlAirFlowDirection", "風向の自動制御", "Automatic air flow direction"),
    ("automaticSwingAirFlow", "風向の自動スイング", "Automatic swing"),
    ("automaticTemperatureControl", "温度の自動制御", "Automatic temperature control"),
    ("beepBuzzer", "ブザー", "Buzzer"),
    ("blindAngle", "羽根の角度", "Slat angle"),
    ("businessFacilityCode", "事業場コード", "Business facility code"),
    ("closingSpeed", "閉まる速さ", "Closing speed"),
    ("componentsOperationStatus", "部品の動作状態", "Operation of the components"),
    ("consumedCumulativeElectricEnergy", "積算消費電力量", "Energy consumed so far"),
    ("currentConsumption", "消費電流", "Current drawn"),
    ("currentDateAndTime", "現在の日付", "Current date"),
    ("currentLimit", "電流の制限", "Current limit"),
    ("degreeOfOpening", "開度", "Degree of opening"),
    ("detection", "検知の状態", "Detection"),
    ("doorGuardLocked", "ドアガードの施錠", "Door guard locked"),
    ("doorOpened", "扉の開放", "Door open"),
    ("electricLock", "電気錠の施錠", "Electric lock"),
    ("faultDescription", "異常の内容", "Kind of fault"),
    ("faultStatus", "異常の有無", "Fault"),
    ("highspeedOperation", "急速動作", "High-speed operation"),
    ("hourMeter", "積算運転時間", "Hours of operation"),
    ("humidificationLevel", "加湿の強さ", "Humidification level"),
    ("humidifierFunction", "加湿機能", "Humidifier"),
    ("humidity", "室内の湿度", "Relative humidity of the room"),
    ("id", "識別番号", "Identification number"),
    ("installationLocation", "設置場所", "Place of installation"),
    ("instantaneousElectricPowerConsumption", "瞬時消費電力", "Power drawn now"),
    ("lightColor", "光の色", "Colour of the light"),
    ("lightColorForMainLighting", "主照明の光の色", "Colour of the main light"),
    ("lightColorLevelForNightLighting", "常夜灯の光の色", "Colour of the night light"),
    ("lightColorLevelStep", "光の色の段階", "Step of the light colour"),
    ("lightColorLevelStepForMainLighting", "主照明の光の色の段階", "Step of the main light's colour"),
    ("lightColorLevelStepForNightLighting", "常夜灯の光の色の段階", "Step of the night light's colour"),
    ("lightLevel", "明るさ", "Brightness"),
    ("lightLevelForMainLighting", "主照明の明るさ", "Brightness of the main light"),
    ("lightLevelForNightLighting", "常夜灯の明るさ", "Brightness of the night light"),
    ("lightLevelStep", "明るさの段階", "Step of brightness"),
    ("lightLevelStepForMainLighting", "主照明の明るさの段階", "Step of the main light's brightness"),
    ("lightLevelStepForNightLighting", "常夜灯の明るさの段階", "Step of the night light's brightness"),
    ("mainElectricLock", "施錠(主錠)", "Main lock"),
    ("manufacturer", "メーカーコード", "Maker code"),
    ("manufacturerFaultCode", "メーカー独自の異常コード", "Maker's fault code"),
    ("maximumSettableLevelForNightLighting", "常夜灯で選べる段階の数", "Steps of the night light"),
    ("maximumSpecifiableLevel", "選べる段階の数", "Steps that can be chosen"),
    ("nonPriorityState", "非優先の状態", "Non-priority state"),
    ("occupant", "在室の状態", "Somebody is in"),
    ("offTimerReservation", "切タイマーの予約", "Off timer set"),
    ("onTimerReservation", "入タイマーの予約", "On timer set"),
    ("onTimerTime", "入タイマーの時刻", "Time of the on timer"),
    ("oneTimeClosingSpeed", "今回だけの閉まる速さ", "Closing speed, this time only"),
    ("oneTimeOpeningSpeed", "今回だけの開く速さ", "Opening speed, this time only"),
    ("openCloseDetection", "開閉の検知", "Open or closed, as detected"),
    ("openCloseOperation", "開閉の操作", "Open, close, stop"),
    ("openCloseSpeed", "開閉の速さ", "Speed of opening and closing"),
    ("openCloseStatus", "開閉の状態", "Open or closed"),
    ("openStatus", "開き具合", "How far open"),
    ("openingSpeed", "開く速さ", "Opening speed"),
    ("operationMode", "運転モード", "Operation mode"),
    ("operationStatus", "動作状態", "On or off"),
    ("operationTime", "動作時間", "Time of movement"),
    ("outdoorTemperature", "外気の温度", "Outdoor temperature"),
    ("powerLimit", "電力の制限", "Power limit"),
    ("powerSaving", "節電", "Power saving"),
    ("powerSavingOperation", "節電運転", "Power saving operation"),
    ("productCode", "商品コード", "Product code"),
    ("productionDate", "製造年月日", "Date of manufacture"),
    ("protocol", "規格のバージョン", "Version of the standard"),
    ("ratedPowerConsumption", "定格消費電力", "Rated power"),
    ("relativeHumidityDehumidifying", "除湿の目標湿度", "Target humidity when drying"),
    ("relativeTemperature", "設定温度からの差", "Difference to the set temperature"),
    ("relativeTimeOfOffTimer", "切タイマーまでの時間", "Time until the off timer"),
    ("relativeTimeOfOnTimer", "入タイマーまでの時間", "Time until the on timer"),
    ("remoteControl", "宅外からの操作", "Operated from outside the house"),
    ("remoteOperation", "遠隔操作の許可", "Remote operation permitted"),
    ("replaceBatteryLevel", "電池の交換", "Battery to be replaced"),
    ("reset", "検知のリセット", "Reset of the detection"),
    ("rgb", "光の色(RGB)", "Colour as RGB"),
    ("roomTemperature", "室温", "Room temperature"),
    ("selectiveDegreeOfOpening", "開度の選択", "Chosen way of opening"),
    ("selfCleaningFunction", "自動清掃機能", "Self cleaning"),
    ("selfCleaningMethod", "自動清掃の方式", "Self-cleaning method"),
    ("serialNumber", "製造番号", "Serial number"),
    ("slitDegreeOfOpening", "すき間の広さ", "Width of the slit"),
    ("specialFunction", "特別な運転", "Special function"),
    ("specialState", "特別な状態", "Special state"),
    ("subElectricLock", "施錠(副錠)", "Second lock"),
    ("targetTemperature", "設定温度", "Target temperature"),
    ("targetTemperatureCooling", "冷房の設定温度", "Target temperature when cooling"),
    ("targetTemperatureDehumidifying", "除湿の設定温度", "Target temperature when drying"),
    ("targetTemperatureHeating", "暖房の設定温度", "Target temperature when heating"),
    ("temperatureUserRemoteControl", "リモコンの設定温度", "Target temperature at the remote control"),
    ("thermostatOverride", "サーモスタットの強制", "Thermostat override"),
    ("thresholdLevel", "検知のしきい値", "Detection threshold"),
    ("timeOfOffTimer", "切タイマーの時刻", "Time of the off timer"),
    ("timeOfOnTimer", "入タイマーの時刻", "Time of the on timer"),
    ("timerOperationMode", "タイマー動作", "Timer operation"),
    ("value", "計測値", "Measured value"),
    ("ventilationAirFlowLevel", "換気の風量", "Ventilation level"),
    ("ventilationFunction", "換気機能", "Ventilation"),
];

#[rustfmt::skip]
const STATES: &[Row] = &[
    ("abnormalEventOrSafety", "異常または安全装置の作動", "Abnormal event or safety device"),
    ("activeDefrosting", "霜取り中", "Defrosting"),
    ("auto", "自動", "Automatic"),
    ("autoHorizontal", "自動(左右)", "Automatic, horizontal"),
    ("autoVertical", "自動(上下)", "Automatic, vertical"),
    ("batteryLow", "電池切れ", "Battery low"),
    ("bothOff", "両方切", "Both off"),
    ("breakOpen", "こじ開け", "Broken open"),
    ("buzzer", "ブザー", "Buzzer"),
    ("c", "中央", "Centre"),
    ("central", "中央", "Middle"),
    ("changingBattery", "電池の交換", "Battery to be changed"),
    ("circulation", "送風", "Circulation"),
    ("cleaning", "清掃", "Cleaning"),
    ("close", "閉める", "Close"),
    ("closing", "閉まっている途中", "Closing"),
    ("clothesDryer", "衣類乾燥", "Clothes drying"),
    ("color", "カラー", "Colour"),
    ("component", "部品の異常", "Component"),
    ("condensationSuppressor", "結露の抑制", "Condensation suppressed"),
    ("controlCircuitBoard", "制御基板の異常", "Control board"),
    ("cooling", "冷房", "Cooling"),
    ("daylightColor", "昼光色", "Daylight"),
    ("daylightWhite", "昼白色", "Daylight white"),
    ("defrosting", "霜取り", "Defrosting"),
    ("degreeOfOpening", "開度で指定", "By degree of opening"),
    ("dehumidification", "除湿", "Drying"),
    ("doorOpen", "扉の開放", "Door left open"),
    ("fault", "異常", "Fault"),
    ("fullyClosed", "全閉", "Fully closed"),
    ("fullyOpen", "全開", "Fully open"),
    ("heatRemoval", "放熱", "Heat removal"),
    ("heating", "暖房", "Heating"),
    ("high", "高", "High"),
    ("highspeed", "急速", "High speed"),
    ("horizontal", "左右", "Horizontal"),
    ("incandescent", "電球色", "Incandescent"),
    ("l", "左", "Left"),
    ("lc", "中央左", "Left of centre"),
    ("localSetting", "機器側の設定", "As set at the device"),
    ("low", "低", "Low"),
    ("lowerCenter", "中央下", "Below the middle"),
    ("lowermost", "最下", "Lowest"),
    ("manualUnlocked", "手動解錠", "Unlocked by hand"),
    ("medium", "中", "Medium"),
    ("miteAndMoldControl", "ダニ・カビの抑制", "Mite and mould control"),
    ("night", "常夜灯", "Night light"),
    ("noFault", "異常なし", "No fault"),
    ("noSetting", "設定なし", "Not set"),
    ("nonAuto", "自動でない", "Not automatic"),
    ("none", "なし", "None"),
    ("normal", "通常", "Normal"),
    ("obstacleCaught", "障害物の検知", "Obstacle caught"),
    ("off", "切", "Off"),
    ("on", "入", "On"),
    ("onIntake", "吸込み側で入", "On at the intake"),
    ("onOutlet", "吹出し側で入", "On at the outlet"),
    ("onOutletAndIntake", "両側で入", "On at outlet and intake"),
    ("open", "開ける", "Open"),
    ("opening", "開いている途中", "Opening"),
    ("operationTimeOfClosing", "閉める時間で指定", "By time of closing"),
    ("operationTimeOfOpening", "開ける時間で指定", "By time of opening"),
    ("other", "その他", "Other"),
    ("outageRecovery", "停電からの復帰", "Back after an outage"),
    ("preheating", "予熱", "Preheating"),
    ("r", "右", "Right"),
    ("rc", "中央右", "Right of centre"),
    ("recoverOperationNoReuired", "復帰操作は不要", "No action needed"),
    ("relativeTimeBasedOn", "時間の指定", "By span of time"),
    ("repairLocationUnkown", "修理箇所は不明", "Place of repair unknown"),
    ("reset", "リセット", "Reset"),
    ("resetButton", "リセットボタンで復帰", "Press the reset button"),
    ("sensorSystem", "センサーの異常", "Sensor system"),
    ("setIncorrectly", "設置の不良", "Not set correctly"),
    ("silent", "静音", "Silent"),
    ("slitDegreeOfOpening", "すき間で指定", "By width of the slit"),
    ("stop", "止める", "Stop"),
    ("stoppedHalfway", "途中で停止", "Stopped halfway"),
    ("supply", "補給", "Supply needed"),
    ("switch", "スイッチの異常", "Switch"),
    ("tampered", "いたずらの検知", "Tampered with"),
    ("timeBasedAndRelativeTimeBasedOn", "時刻と時間の指定", "By time of day and span"),
    ("timeBasedOn", "時刻の指定", "By time of day"),
    ("timeOffRelativeTimeOff", "時刻切・時間切", "Time off, span off"),
    ("timeOffRelativeTimeOn", "時刻切・時間入", "Time off, span on"),
    ("timeOnRelativeTimeOff", "時刻入・時間切", "Time on, span off"),
    ("timeOnRelativeTimeOn", "時刻入・時間入", "Time on, span on"),
    ("timeOut", "時間切れ", "Timed out"),
    ("trunOffOrUnplug", "電源の入れ直し", "Turn off or unplug"),
    ("undefined", "未定義", "Undefined"),
    ("unmeasurable", "計測できない", "Cannot be measured"),
    ("upperCenter", "中央上", "Above the middle"),
    ("uppermost", "最上", "Highest"),
    ("userDefinable", "メーカー定義", "Maker's own"),
    ("vertical", "上下", "Vertical"),
    ("verticalAndHorizontal", "上下左右", "Vertical and horizontal"),
    ("white", "白色", "White"),
];
